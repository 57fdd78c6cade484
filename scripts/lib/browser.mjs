// Finds a Chromium for the browser tests, or gets one.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { runNode, runProgram } from '../ensure.mjs';

/** Where systems put Chromium or Chrome, the likeliest first. */
const USUAL_PLACES = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium-browser',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  ],
};

/**
 * Whether the file is a browser that starts: it may be Ubuntu's placeholder, which only says "install the snap", or
 * lack system libraries. Windows browsers open a window when asked for their version, so there it need only exist.
 */
export function isBrowser(file) {
  if (!existsSync(file)) return false;
  if (process.platform === 'win32') return true;
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && /chrom/i.test(stdout);
}

/** Path of the first candidate that is a browser, or undefined. */
export function firstBrowser(candidates) {
  return candidates.find((file) => file && isBrowser(file));
}

/**
 * Path of a Chromium that is there already, or undefined: CHROMIUM_PATH, the usual places, Playwright's own.
 * A CHROMIUM_PATH that is no browser is an error, since falling back would test something else than was asked for.
 */
export async function findChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (isBrowser(asked)) return asked;
    throw new Error(`CHROMIUM_PATH is ${asked}, which is not a browser that starts`);
  }
  const { chromium } = await import('@playwright/test');
  return firstBrowser([...(USUAL_PLACES[process.platform] ?? []), chromium.executablePath()]);
}

/** As findChromium, but downloads or installs one where there is none. Throws with what to do when nothing works. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;

  console.log('No Chromium found; downloading one for the browser tests ...');
  // The full browser, not the headless shell, which has no WebGPU. Give up soon where the network is closed.
  await runNode('node_modules/@playwright/test/cli.js', ['install', '--no-shell', 'chromium'], {
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000', ...process.env },
  });
  const downloaded = await findChromium();
  if (downloaded) return downloaded;

  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('That did not work; installing the system\'s Chromium ...');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if ((await runProgram('apt-get', ['update'], { env })) === 0) {
      await runProgram('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
    }
    const installed = await findChromium();
    if (installed) return installed;
  }
  throw new Error(
    'There is no Chromium for the browser tests, and none could be installed. Install Chromium or Chrome ' +
      '(on Debian: apt-get install chromium) or set CHROMIUM_PATH to the program file of one.',
  );
}

/**
 * Environment variables that let WebGPU run in Node without a GPU: they name SwiftShader, the software Vulkan driver
 * that comes with Chromium, and where Chromium's Vulkan loader lies. Empty where the visitor has set a driver or the
 * system does not use Vulkan.
 */
export function vulkanEnvironment(chromium, environment = process.env, platform = process.platform) {
  if (environment.VK_ICD_FILENAMES || platform !== 'linux') return {};
  // Debian's /usr/bin/chromium is a shell script; the program and the driver are in /usr/lib.
  const directories = [
    ...(chromium ? [path.dirname(realpathSync(chromium))] : []),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
  const directory = directories.find((name) => existsSync(path.join(name, 'vk_swiftshader_icd.json')));
  if (!directory) return {};
  return {
    VK_ICD_FILENAMES: path.join(directory, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: [environment.LD_LIBRARY_PATH, directory].filter(Boolean).join(':'),
  };
}
