// Files of the fixture against what programs that are not ours find in them (scripts/readers, in Python). Where Python is
// here they read anew; what they found when the golden files were made is compared in any case.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../ui/charts/metrics';
import { TOKEN } from '../../core/tokens';
import { packBatch } from '../../nn/batch';
import { layoutOf } from '../../nn/layout';
import { loadCpuEngine } from '../../nn/cpu/loadNode';
import { readSafetensors } from '../../nn/safetensors';
import { asking } from '../../worker/stages/policyMethods';
import { exportWeights } from '../../worker/exportWeights';
import { parseConfig } from '../../core/config';
import type { MethodId } from '../../core/methods';
import { comparatorJson } from './judged';
import { stepsOf } from './metrics';
import { BUILT_IN } from '../../tasks/builtIn';
import { folderFiles, promptEnding } from './modelFolder';
import { armRecord, runName } from './names';
import { preferencesJsonl, transcriptsJsonl } from './preferences';
import { FORMATS_SHAPE, FORMATS_TEXTS, formatsBundle, formatsWeights, POSTS, SEQUENCES, VOCABULARY } from './testing/fixture';
import { canRead, digests, read, readings, type Golden } from './testing/readers';

const READINGS = readings();
const bundle = formatsBundle();

/** What the reader finds: here and now where it can run, and when the golden file was made. */
function found(name: string): unknown[] {
  const reading = READINGS[name]!;
  const golden = JSON.parse(readFileSync(path.resolve('src/experiments/formats/golden', `${name}.json`), 'utf8')) as Golden;
  expect(golden.files, 'the golden file is of other files: make it anew with scripts/readFormats.ts').toEqual(digests(reading));
  return canRead(reading) ? [golden.found, read(reading)] : [golden.found];
}

describe('metrics', () => {
  it('hold every point of every curve, in both forms', () => {
    const curves = Object.fromEntries(bundle.arms.flatMap(({ id, curves: own }) =>
      Object.entries(own).map(([metric, { step, value }]) => [
        `${id} | ${stepsOf(metric)} | ${metric}`,
        { n: step.length, first: step[0], last: step.at(-1), sum: expect.closeTo(value.reduce((a, b) => a + b, 0), 10) as number, end: value.at(-1) },
      ])));
    for (const seen of found('metrics')) expect(seen).toEqual({ run: 'run-20260304-050607', seed: bundle.config.run.seed, curves });
  });

  it('count their steps as the charts do', () => {
    const kinds = { sft: 'sft', rewardModel: 'reward model', iteration: 'policy' } as const;
    for (const [metric, { steps }] of Object.entries(METRICS)) expect(stepsOf(metric), metric).toBe(kinds[steps]);
  });
});

describe('preferences', () => {
  it('say which response each hard label prefers', () => {
    for (const seen of found('preferences-hard')) {
      expect(seen).toMatchObject({ n: 4, ties: 0, unread: 0, mean_p_a: 0.5, labelers: ['simulated people'] });
      const { chosen, columns } = seen as { chosen: string[]; columns: string[] };
      expect(chosen).toEqual(FORMATS_TEXTS.pairs.map(({ responses: [a, b] }, i) => (i % 2 === 0 ? a : b)));
      expect(columns).not.toContain('margin');
    }
  });

  it('keep soft labels with their margins, ties and unread replies, of the pairs that were labelled', () => {
    for (const seen of found('preferences-soft')) {
      expect(seen).toMatchObject({ n: 3, ties: 1, unread: 1, labelers: ['a "judge", small'] });
      const { chosen, columns } = seen as { chosen: string[]; columns: string[] };
      expect(chosen).toEqual([FORMATS_TEXTS.pairs[0]!.responses[0], FORMATS_TEXTS.pairs[1]!.responses[0], FORMATS_TEXTS.pairs[2]!.responses[1]]);
      expect(columns).toContain('margin');
    }
  });

  it('are none of an arm without labels', () => {
    expect(preferencesJsonl(bundle, FORMATS_TEXTS, 'sft')).toBe('');
  });
});

describe('judged pairs', () => {
  it('give each arm its win rate by gold, ties half', () => {
    for (const seen of found('annotations')) {
      expect(seen).toEqual({ 'rlhf over sft': { n: 3, win_rate: 0.5 }, 'rlaif over sft': { n: 3, win_rate: 1 } });
    }
  });

  it('are what LLM Comparator asks for, with scores cut off at 1.5', () => {
    // Differences of gold: 0.75, 4 and 0.1.
    for (const seen of found('comparator')) {
      expect(seen).toMatchObject({ models: ['RLAIF', 'RLHF'], n: 3, a_wins: 2, b_wins: 0, tags: ['money', 'pets'] });
      expect((seen as { mean_score: number }).mean_score).toBeCloseTo((0.75 + 1.5 + 0.1) / 3, 10);
    }
  });

  it('leave the proxy reward out where one of the two has none', () => {
    const file = JSON.parse(comparatorJson(bundle, 'rlhf', 'sft')) as { examples: { custom_fields: object }[] };
    expect(Object.keys(file.examples[0]!.custom_fields)).not.toContain('own proxy reward');
  });
});

describe('weights', () => {
  it('give GPT-2 in numpy the log-probabilities that the CPU engine computes', async () => {
    const engine = await loadCpuEngine();
    const { shape, values } = formatsWeights();
    const params = engine.createParameters(shape, values);
    const rows: number[][] = [];
    for (const tokens of SEQUENCES) {
      const forward = await engine.forward(params, packBatch([{ tokens, scoreFrom: 0 }]), { outputs: ['logp'], temperature: 1 });
      rows.push(Array.from(await forward.outputs.logp!.data()).slice(0, tokens.length - 1));
      forward.dispose();
    }
    params.dispose();
    for (const seen of found('logits')) {
      const { logp } = seen as { logp: number[][] };
      expect(logp.map(({ length }) => length)).toEqual(SEQUENCES.map(({ length }) => length - 1));
      logp.forEach((row, i) => row.forEach((value, t) => expect(value, `sequence ${i}, token ${t}`).toBeCloseTo(rows[i]![t]!, 4)));
    }
  });

  it('are all there, each in one of the two files', () => {
    const weights = formatsWeights();
    const { model, heads } = exportWeights({ weights, metadata: { policy: 'x' } });
    const files = [model, heads].map(readSafetensors);
    expect(files.map(({ metadata }) => metadata)).toEqual([{ policy: 'x', format: 'pt' }, { policy: 'x', format: 'pt' }]);
    for (const { name, offset, size } of layoutOf(FORMATS_SHAPE).views) {
      const [trunk, head] = [files[0]!.tensors.get(`transformer.${name}`), files[1]!.tensors.get(name)];
      expect([trunk, head].filter((tensor) => tensor !== undefined), name).toHaveLength(1);
      expect((trunk ?? head)!.data, name).toEqual(weights.values.slice(offset, offset + size));
    }
    expect(files[0]!.tensors.size + files[1]!.tensors.size).toBe(layoutOf(FORMATS_SHAPE).views.length);
  });

  it('of another size than the model are refused', () => {
    expect(() => exportWeights({ weights: { shape: FORMATS_SHAPE, values: new Float32Array(3) }, metadata: {} })).toThrow('has 3 values');
  });

  it('come with a tokenizer that reads posts as the page does', () => {
    const posts = POSTS.map((words) => [...VOCABULARY.encode(words), TOKEN.sep]);
    const own = [...VOCABULARY.encode(["i'm", '24', 'f', 'and', 'zorbified', 'my', 'dog', 'eats', '.']), TOKEN.eos];
    for (const seen of found('tokens')) expect(seen).toEqual({ ids: [...posts, own], size: VOCABULARY.size });
  });

  it.each(['helpful', 'harmless'] as const)('come for %s dialogues with a tokenizer that finds the words that the page finds', (id) => {
    const task = BUILT_IN.get(id)!;
    const prompts = task.prompts('test', 40, 1);
    const words = Array.from({ length: task.vocabulary.size - TOKEN.firstWord }, (_, i) => task.vocabulary.word(TOKEN.firstWord + i));
    const files = folderFiles({ ...bundle, config: parseConfig({ run: { task: id } }) }, 'sft', FORMATS_SHAPE, words);
    const { pre_tokenizer: { pattern: { Regex } } } = JSON.parse(files['tokenizer.json']!) as { pre_tokenizer: { pattern: { Regex: string } } };
    for (const { tokens } of prompts) {
      const found = task.toText(tokens).toLowerCase().match(new RegExp(Regex, 'gu')) ?? [];
      expect(task.vocabulary.encode(found)).toEqual([...tokens]);
    }
    expect(files['README.md']).toContain('User: ');
  });

  it('are asked with the mark that the method trained them for', () => {
    const ending = (method: MethodId): string =>
      promptEnding({ config: parseConfig({ arms: [{ id: 'x', label: 'x', feedback: 'ai', set: { 'rl.method': method } }] }) }, 'x');
    for (const method of ['hindsight', 'conditional', 'reinforce'] as const) {
      const marks = [...(asking(method).ask?.([]) ?? []), TOKEN.sep];
      expect(ending(method).trim().split(' '), method).toEqual(VOCABULARY.decode(marks));
    }
  });
});

describe('an archive', () => {
  it('is a zip that Python opens, with the files as they were', () => {
    for (const seen of found('archive')) expect(seen).toEqual({ 'rlhf/heads.safetensors': 624, 'a.txt': 8 });
    const files = unzipSync(READINGS['archive']!.files['archive.zip'] as Uint8Array);
    expect(new TextDecoder().decode(files['a.txt'])).toBe('Größe\n');
  });
});

describe('transcripts', () => {
  it('keep the turns of a dialogue, and take any other prompt for one turn', () => {
    const [pair] = FORMATS_TEXTS.pairs;
    const label = { pairId: pair!.id, labeler: 'x', pA: 1, raw: [1], parsed: true };
    const chosenOf = (prompt: string): string =>
      (JSON.parse(transcriptsJsonl({ ...FORMATS_TEXTS, pairs: [{ ...pair!, prompt, responses: ['Yes.', 'No.'] }], labels: { x: [label] } }, 'x')) as { chosen: string }).chosen;
    expect(chosenOf('User: Hi.\nAssistant: Hello.\nUser: A user: who?')).toBe('\n\nHuman: Hi.\n\nAssistant: Hello.\n\nHuman: A user: who?\n\nAssistant: Yes.');
    expect(chosenOf('My dog.')).toBe('\n\nHuman: My dog.\n\nAssistant: Yes.');
  });
});

describe('names', () => {
  it('come from the time of the recording, and ask for arms that are there', () => {
    expect(runName(bundle)).toBe('run-20260304-050607');
    expect(() => armRecord(bundle, 'nobody')).toThrow('no arm "nobody"');
  });
});
