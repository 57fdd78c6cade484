// Compiles the CPU engine's kernels (assembly/) to WebAssembly, if the sources are newer than the output.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const output = path.join(root, 'src/nn/cpu/generated/kernels.wasm');
const sources = [
  ...readdirSync(path.join(root, 'assembly')).map((name) => path.join(root, 'assembly', name)),
  fileURLToPath(import.meta.url),
];
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
if (!existsSync(output) || statSync(output).mtimeMs < newest) {
  mkdirSync(path.dirname(output), { recursive: true });
  // Written beside its place and renamed, so that a reader never sees half a file.
  const draft = `${output}.${process.pid}.wasm`;
  execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/assemblyscript/bin/asc.js'),
      path.join(root, 'assembly/index.ts'),
      '--outFile', draft,
      '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory',
      '--initialMemory', '16', '--maximumMemory', '32768',
      // "Explicit cast when switching between 32/64-bit": pointers are 32 bits here.
      '--disableWarning', '201',
    ],
    { stdio: 'inherit' },
  );
  renameSync(draft, output);
}
