// Compiles the CPU engine's kernels (assembly/) to WebAssembly, if the sources are newer than the output: once with the
// same results on every processor, once with relaxed SIMD's multiply-add.
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const folder = path.join(root, 'src/nn/cpu/generated');
const builds = [
  { name: 'kernels.wasm', features: 'simd' },
  { name: 'kernels-relaxed.wasm', features: 'simd,relaxed-simd' },
];
const sources = [
  ...readdirSync(path.join(root, 'assembly')).map((name) => path.join(root, 'assembly', name)),
  fileURLToPath(import.meta.url),
];
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
mkdirSync(folder, { recursive: true });
for (const { name, features } of builds) {
  const output = path.join(folder, name);
  if (existsSync(output) && statSync(output).mtimeMs >= newest) continue;
  // Written beside its place and renamed, so that a reader never sees half a file.
  const draft = `${output}.${process.pid}.wasm`;
  execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/assemblyscript/bin/asc.js'),
      path.join(root, 'assembly/index.ts'),
      '--outFile', draft,
      '-O3', '--noAssert', '--runtime', 'stub', '--enable', features, '--importMemory',
      '--initialMemory', '16', '--maximumMemory', '32768',
      // "Explicit cast when switching between 32/64-bit": pointers are 32 bits here.
      '--disableWarning', '201',
    ],
    { stdio: 'inherit' },
  );
  renameSync(draft, output);
}
