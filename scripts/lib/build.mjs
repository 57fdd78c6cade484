// What every build of the code shares, for the page, for Node and for tests: build information and policy.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../ensure.mjs';

function git(...args) {
  return execFileSync('git', ['--no-optional-locks', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** Short commit id, with '-dirty' where tracked files differ from it; 'unknown' outside a checkout of its own. */
function commit() {
  try {
    // Not the id of some other checkout that this folder lies in.
    if (git('rev-parse', '--show-prefix') !== '') return 'unknown';
    const id = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? id : `${id}-dirty`;
  } catch {
    return 'unknown';
  }
}

/** The constants that a build puts into the code; see src/env.d.ts. */
export function buildConstants() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return { __BUILD__: JSON.stringify({ version, commit: commit(), date: new Date().toISOString().slice(0, 10) }) };
}

/**
 * The content security policy. Styles may be inline because Observable Plot and Mantine insert style elements;
 * connections may go to any https address and to this machine because that is where a visitor's labelers live.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');
