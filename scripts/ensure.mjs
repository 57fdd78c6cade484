// What every command needs before it can start: a recent Node and the packages of package-lock.json.
// Node built-ins only, since this runs before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Runs a program with this terminal; resolves to its exit code (127 when it cannot be started). */
export function runProgram(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a script of this repository or of an installed package with the same Node; resolves to its exit code. */
export function runNode(script, args = [], options = {}) {
  return runProgram(process.execPath, [path.join(root, script), ...args], options);
}

/**
 * Packages that the lock file asks for and that are not there, or not at that version.
 *
 * npm writes node_modules/.package-lock.json last, so after an interrupted install it is absent or names other
 * versions. Optional packages are left out: most of them are binaries for other systems.
 */
export function missingPackages(directory) {
  const wanted = JSON.parse(readFileSync(path.join(directory, 'package-lock.json'), 'utf8')).packages;
  const record = path.join(directory, 'node_modules/.package-lock.json');
  const installed = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')).packages : {};
  return Object.keys(wanted).filter(
    (name) =>
      name !== '' &&
      !wanted[name].optional &&
      (installed[name]?.version !== wanted[name].version || !existsSync(path.join(directory, name, 'package.json'))),
  );
}

/** -1, 0 or 1 as version a is older than, the same as or newer than b; both 'major.minor.patch'. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return (left[i] ?? 0) < (right[i] ?? 0) ? -1 : 1;
  }
  return 0;
}

/** Installs the locked packages unless all of them are there. Ends the process with a message when it cannot. */
export async function ensurePackages() {
  const oldest = '20.19.0';
  if (compareVersions(process.versions.node, oldest) < 0) {
    console.error(`Node ${oldest} or newer is needed, this is ${process.versions.node}. See https://nodejs.org.`);
    process.exit(1);
  }
  const missing = missingPackages(root);
  if (missing.length === 0) return;
  console.log(`Installing packages (${missing.length} missing) ...`);
  // Development packages build and test the app, so they are needed even where npm is told to leave them out.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const code =
    npm && path.basename(npm) === 'npm-cli.js'
      ? await runProgram(process.execPath, [npm, ...args])
      : await runProgram('npm', args, { shell: process.platform === 'win32' });
  if (code !== 0) {
    console.error('The packages could not be installed: see above. A network connection is needed the first time.');
    process.exit(1);
  }
}
