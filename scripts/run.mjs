// Runs a TypeScript program of this repository in Node: node scripts/run.mjs scripts/experiment.ts [arguments]
//
// The program and its imports are bundled first, with every scripts/NAME.worker.ts beside it as NAME.worker.mjs for
// node:worker_threads. Programs find the repository's files through process.env.PLAYGROUND_ROOT, modules of src those
// beside them through import.meta.url.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensurePackages, root, runNode } from './ensure.mjs';

const [entry, ...args] = process.argv.slice(2);
if (!entry) {
  console.error('usage: node scripts/run.mjs PROGRAM.ts [arguments]');
  process.exit(2);
}
await ensurePackages();
if ((await runNode('scripts/buildWasm.mjs')) !== 0) process.exit(1);

// A folder for this machine alone: others that share the file system know nothing of its processes.
const cache = path.join(root, 'node_modules/.cache/playground', hostname());
const name = path.basename(entry, '.ts');
// A directory for this process alone: runs side by side, and edits during a long run, must not change its workers.
const directory = path.join(cache, `${name}-${process.pid}`);
mkdirSync(cache, { recursive: true });
for (const left of readdirSync(cache)) {
  if (!isRunning(Number(left.split('-').at(-1)))) rmSync(path.join(cache, left), { recursive: true, force: true });
}
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

const { build } = await import('vite');
const { buildConstants } = await import('./lib/build.mjs');
/** Modules of src find files beside them through import.meta.url, as they do in tests, although they run elsewhere. */
const sourceAddresses = {
  name: 'source-addresses',
  transform(code, id) {
    if (!path.normalize(id).startsWith(path.join(root, 'src')) || !code.includes('import.meta.url')) return null;
    return { code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)), map: null };
  },
};
const workers = readdirSync(path.join(root, 'scripts')).filter((file) => file.endsWith('.worker.ts'));
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  plugins: [sourceAddresses],
  define: buildConstants(),
  resolve: { dedupe: ['@tensorflow/tfjs-core'] },
  // tfjs' deep imports are ES modules in .js files, which plain Node cannot load; webgpu is a native module.
  ssr: { noExternal: true, external: ['webgpu'] },
  build: {
    ssr: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    outDir: directory,
    rolldownOptions: {
      input: Object.fromEntries([
        [name, path.resolve(entry)],
        ...workers.map((file) => [path.basename(file, '.ts'), path.join(root, 'scripts', file)]),
      ]),
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
    },
  },
});

// Errors name lines of the TypeScript source.
process.setSourceMapsEnabled(true);
process.env.PLAYGROUND_ROOT = root;
const program = path.join(directory, `${name}.mjs`);
process.argv = [process.argv[0], program, ...args];
await import(pathToFileURL(program).href);

/** Whether there is a process of this id that this user may signal. */
function isRunning(id) {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
