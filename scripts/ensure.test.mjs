import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareVersions, missingPackages, root } from './ensure.mjs';

describe('compareVersions', () => {
  it('compares numbers, not text', () => {
    expect(compareVersions('20.9.0', '20.19.0')).toBe(-1);
    expect(compareVersions('20.19.0', '20.19.0')).toBe(0);
    expect(compareVersions('22.1.0', '20.19.0')).toBe(1);
  });
});

describe('missingPackages', () => {
  let directory;
  const writeJson = (file, value) => writeFileSync(path.join(directory, file), JSON.stringify(value));
  const install = (name) => {
    mkdirSync(path.join(directory, name), { recursive: true });
    writeJson(`${name}/package.json`, {});
  };

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'packages-'));
    writeJson('package-lock.json', {
      packages: {
        '': { version: '0.1.0' },
        'node_modules/one': { version: '1.0.0' },
        'node_modules/two': { version: '2.0.0' },
        'node_modules/for-another-system': { version: '3.0.0', optional: true },
      },
    });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('names every needed package of a fresh checkout', () => {
    expect(missingPackages(directory)).toEqual(['node_modules/one', 'node_modules/two']);
  });

  it('does not trust folders without the record that npm writes last', () => {
    install('node_modules/one');
    install('node_modules/two');
    expect(missingPackages(directory)).toHaveLength(2);
  });

  it('sees other versions and deleted folders', () => {
    install('node_modules/one');
    install('node_modules/two');
    const packages = { 'node_modules/one': { version: '1.0.0' }, 'node_modules/two': { version: '2.0.0' } };
    writeJson('node_modules/.package-lock.json', { packages });
    expect(missingPackages(directory)).toEqual([]);

    writeJson('node_modules/.package-lock.json', {
      packages: { ...packages, 'node_modules/two': { version: '1.9.0' } },
    });
    expect(missingPackages(directory)).toEqual(['node_modules/two']);

    writeJson('node_modules/.package-lock.json', { packages });
    rmSync(path.join(directory, 'node_modules/one'), { recursive: true });
    expect(missingPackages(directory)).toEqual(['node_modules/one']);
  });

  it('finds nothing missing where these tests run', () => {
    expect(missingPackages(root)).toEqual([]);
  });
});
