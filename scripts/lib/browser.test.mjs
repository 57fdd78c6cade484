import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, firstBrowser, vulkanEnvironment } from './browser.mjs';

let directory;
const file = (name, text) => {
  const full = path.join(directory, name);
  writeFileSync(full, text);
  chmodSync(full, 0o755);
  return full;
};
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'browser-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe.runIf(process.platform !== 'win32')('finding a browser', () => {
  it('takes the first file that starts and says it is one', () => {
    const placeholder = file('chromium-browser', '#!/bin/sh\necho "install the chromium snap" >&2\nexit 1\n');
    const other = file('other', '#!/bin/sh\necho "Something 1.0"\n');
    const chromium = file('chromium', '#!/bin/sh\necho "Chromium 150.0"\n');
    const absent = path.join(directory, 'absent');
    expect(firstBrowser([undefined, absent, placeholder, other, chromium])).toBe(chromium);
    expect(firstBrowser([absent, placeholder, other])).toBeUndefined();
  });

  it('obeys CHROMIUM_PATH, and objects to one that is no browser', async () => {
    const before = process.env.CHROMIUM_PATH;
    try {
      process.env.CHROMIUM_PATH = file('mine', '#!/bin/sh\necho "Google Chrome 150.0"\n');
      expect(await findChromium()).toBe(process.env.CHROMIUM_PATH);
      process.env.CHROMIUM_PATH = path.join(directory, 'absent');
      await expect(findChromium()).rejects.toThrow(/CHROMIUM_PATH/);
    } finally {
      if (before === undefined) delete process.env.CHROMIUM_PATH;
      else process.env.CHROMIUM_PATH = before;
    }
  });
});

describe('the software Vulkan driver', () => {
  it('is the one beside the program that a link leads to', () => {
    const icd = file('vk_swiftshader_icd.json', '{}');
    const link = path.join(mkdtempSync(path.join(directory, 'bin-')), 'google-chrome');
    symlinkSync(file('chrome', ''), link);
    expect(vulkanEnvironment(link, { LD_LIBRARY_PATH: '/lib' }, 'linux')).toEqual({
      VK_ICD_FILENAMES: icd,
      LD_LIBRARY_PATH: `/lib:${directory}`,
    });
  });

  it('gives way to a driver that is set, and to systems without Vulkan', () => {
    file('vk_swiftshader_icd.json', '{}');
    const chrome = file('chrome', '');
    expect(vulkanEnvironment(chrome, { VK_ICD_FILENAMES: '/mine.json' }, 'linux')).toEqual({});
    expect(vulkanEnvironment(chrome, {}, 'darwin')).toEqual({});
  });
});
