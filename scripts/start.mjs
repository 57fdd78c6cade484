// `npm start`: installs what is missing, builds the page and serves it. Further arguments go to `vite preview`, for
// example `npm start -- --port 8080 --open`. A busy port is passed over for the next free one.
import { ensurePackages, root, runNode } from './ensure.mjs';

process.chdir(root);
await ensurePackages();
for (const [script, args] of [
  ['scripts/buildWasm.mjs', []],
  ['node_modules/vite/bin/vite.js', ['build', '--logLevel', 'warn']],
]) {
  const code = await runNode(script, args);
  if (code !== 0) process.exit(code);
}
console.log('The playground is at:');
// Vite's command line in this process, so that stopping this process stops the server.
process.argv.splice(2, 0, 'preview');
await import('../node_modules/vite/bin/vite.js');
