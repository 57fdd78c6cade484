/** Test support: the files of the fixture, and the programs in scripts/readers that read them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportWeights } from '../../../worker/exportWeights';
import { zipFiles } from '../archive';
import { annotationsJson, comparatorJson } from '../judged';
import { metricsCsv, metricsJsonl } from '../metrics';
import { folderFiles } from '../modelFolder';
import { preferencesJsonl, transcriptsJsonl } from '../preferences';
import { FORMATS_SHAPE, FORMATS_TEXTS, formatsBundle, formatsWeights, SEQUENCES, TEXTS } from './fixture';

/** Files by name, and what a reader is given besides them. */
export interface Reading {
  /** Of scripts/readers. */
  readonly program: string;
  readonly needsNumpy?: true;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** After the folder of the files, or instead of it where `files` are its arguments. */
  readonly arguments: readonly string[];
}

/** What the golden file of a reading holds. */
export interface Golden {
  /** Of each file that was read, SHA-256. */
  readonly files: Readonly<Record<string, string>>;
  /** What the reader printed. */
  readonly found: unknown;
}

/** Every reading of the fixture, by the name of its golden file. */
export function readings(): Readonly<Record<string, Reading>> {
  const bundle = formatsBundle();
  const { model, heads } = exportWeights({ weights: formatsWeights(), metadata: { policy: 'RLHF' } });
  const folder = folderFiles(bundle, 'rlhf', FORMATS_SHAPE, FORMATS_TEXTS.vocabulary);
  const preferences = (arm: string): Reading => ({
    program: 'preferences', arguments: ['preferences.jsonl', 'transcripts.jsonl'],
    files: { 'preferences.jsonl': preferencesJsonl(bundle, FORMATS_TEXTS, arm), 'transcripts.jsonl': transcriptsJsonl(FORMATS_TEXTS, arm) },
  });
  return {
    metrics: {
      program: 'metrics', arguments: ['metrics.csv', 'metrics.jsonl'],
      files: { 'metrics.csv': metricsCsv(bundle), 'metrics.jsonl': metricsJsonl(bundle) },
    },
    'preferences-hard': preferences('rlhf'),
    'preferences-soft': preferences('rlaif'),
    annotations: { program: 'annotations', arguments: ['annotations.json'], files: { 'annotations.json': annotationsJson(bundle) } },
    comparator: { program: 'comparator', arguments: ['comparator.json'], files: { 'comparator.json': comparatorJson(bundle, 'rlaif', 'rlhf') } },
    logits: {
      program: 'logits', needsNumpy: true, arguments: ['.', JSON.stringify(SEQUENCES)],
      files: { 'config.json': folder['config.json']!, 'model.safetensors': model },
    },
    tokens: {
      program: 'tokens', arguments: ['.', JSON.stringify(TEXTS)],
      files: { 'tokenizer.json': folder['tokenizer.json']!, 'tokenizer_config.json': folder['tokenizer_config.json']! },
    },
    archive: {
      program: 'archive', arguments: ['archive.zip'],
      files: { 'archive.zip': zipFiles([{ path: 'rlhf/heads.safetensors', content: heads }, { path: 'a.txt', content: 'Größe\n' }], bundle.recordedAt) },
    },
  };
}

/** SHA-256 of each file. A zip is made of dates in the local time zone: its own reader checks it. */
export function digests({ files }: Reading): Record<string, string> {
  return Object.fromEntries(Object.entries(files).flatMap(([name, content]) =>
    name.endsWith('.zip') ? [] : [[name, createHash('sha256').update(content).digest('hex')]]));
}

/** Writes the files to a folder of their own and lets the reader read them. @throws Error where it ends with an error */
export function read({ program, files, arguments: args }: Reading): unknown {
  const folder = mkdtempSync(path.join(tmpdir(), 'reading-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), content);
    }
    const printed = execFileSync('python3', [path.resolve('scripts/readers', `${program}.py`), ...args], { cwd: folder, encoding: 'utf8' });
    return JSON.parse(printed);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const runs = (program: string): boolean => {
  try {
    execFileSync('python3', ['-c', program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
let python: { readonly alone: boolean; readonly numpy: boolean } | undefined;

/** Whether the reader of a reading can run here: Python 3 is there, and numpy where it needs it. */
export function canRead({ needsNumpy }: Reading): boolean {
  python ??= { alone: runs('import sys; assert sys.version_info >= (3, 10)'), numpy: runs('import numpy') };
  return python.alone && (python.numpy || !needsNumpy);
}
