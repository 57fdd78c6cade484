import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METHOD_IDS, methodOf } from '../src/core/methods';
import { mean } from '../src/core/stats';
import { tableText, withTable } from './methodDocs';
import { methodArms, readTable, rowDigest, TABLE_SEEDS, type MethodRow, type MethodTable } from './methodRows';

const page = readFileSync('docs/methods.md', 'utf8');

describe('docs/methods.md', () => {
  it.each(METHOD_IDS)('has a card of %s with its source', (method) => {
    const { label, source } = methodOf(method);
    const card = page.split('\n').find((line) => line.startsWith(`| **${label}**`));
    expect(card, label).toBeDefined();
    expect(card).toContain(source);
  });

  it('takes the table of measured rows in its place, and nothing else changes', () => {
    const seed = { gold: 2, sftGold: 1.5, majority: 0.6, kl: 1, invented: 0.1, sftInvented: 0.2, diversity: 0.5, sftDiversity: 0.6, labels: 600, humanLabels: 0, seconds: 9, ended: '' };
    const table: MethodTable = {
      command: 'npm run check:methods', date: '2026-01-01', device: 'a CPU',
      rows: [{ arm: 'dpo', label: 'DPO', method: 'dpo', digest: '', settings: {}, seeds: [{ seed: 1, ...seed }, { seed: 2, ...seed, gold: 3 }] }],
    };
    const written = withTable(page, table);
    expect(written).toContain('| DPO | 2.50 (2.00 to 3.00) | 1.00 (0.50 to 1.50) | 60.0 (60.0 to 60.0) |');
    expect(withTable(written, table)).toBe(written);
    expect(written.replace(tableText(table), '')).not.toContain('2.50');
    expect(() => withTable('no place', table)).toThrow(/no place/);
  });
});

describe('the rows of the table', () => {
  it('are every method and further arms, each once, with a digest that follows the code and settings of its own', () => {
    const arms = methodArms();
    expect(new Set(arms.map(({ id }) => id)).size).toBe(arms.length);
    expect(arms.map(({ id }) => id)).toEqual(expect.arrayContaining([...METHOD_IDS, 'rlhf', 'd-rlaif']));
    const [reinforce, other] = [arms[0]!, arms[1]!];
    expect(rowDigest('.', reinforce)).toBe(rowDigest('.', reinforce));
    expect(rowDigest('.', other)).not.toBe(rowDigest('.', reinforce));
    expect(rowDigest('.', { ...reinforce, set: { ...reinforce.set, 'rl.klCoef': 0.31 } })).not.toBe(rowDigest('.', reinforce));
  });
});

describe('the measured table', () => {
  const table = readTable('.');
  const row = (arm: string): MethodRow => {
    const found = table?.rows.find((candidate) => candidate.arm === arm);
    if (!found) throw new Error(`docs/methods.json has no row ${arm}: run npm run check:methods`);
    return found;
  };
  const majority = (arm: string): number => mean(row(arm).seeds.map((seed) => seed.majority));

  it.each(methodArms().map((arm) => [arm.id, arm] as const))('has a row of %s made by the code as it is', (id, arm) => {
    expect(row(id).digest, `${id} is stale: run npm run check:methods`).toBe(rowDigest('.', arm));
    expect(row(id).seeds.map(({ seed }) => seed)).toEqual([...TABLE_SEEDS]);
  });

  it('has no other rows, and stands on the page as it is kept', () => {
    expect(table!.rows.map(({ arm }) => arm)).toEqual(methodArms().map(({ id }) => id));
    expect(page).toContain(tableText(table!));
  });

  it('shows that what learns from coin flips learns nothing, where the same method on labels does', () => {
    for (const method of METHOD_IDS) {
      const control = majority(`coin-${method}`);
      // A control that wins all the same is a finding: the method's card has to say so.
      if (control >= 0.55) expect(page.split('\n').find((line) => line.startsWith(`| **${methodOf(method).label}**`)), method).toContain(`${(100 * control).toFixed(1)}% on coin flips`);
      // Of methods that hardly beat SFT on labels either, chance decides which comes out ahead.
      if (majority(method) > 0.53) expect(control, method).toBeLessThan(majority(method));
    }
  });

  it('shows that what wins on coin flips by the best of n is the head that sees how likely a response is', () => {
    expect(majority('coin-best-of-n-last')).toBeLessThan(0.5);
    expect(majority('coin-best-of-n-last')).toBeLessThan(majority('best-of-n-last'));
  });

  it('says on the card of each method that does not beat SFT in all seeds by how much it does not', () => {
    for (const method of METHOD_IDS) {
      const { seeds } = row(method);
      if (seeds.every((seed) => seed.majority > 0.5)) continue;
      const card = page.split('\n').find((line) => line.startsWith(`| **${methodOf(method).label}**`));
      const least = (100 * Math.min(...seeds.map((seed) => seed.majority))).toFixed(1);
      expect(card, method).toContain(`${least}%`);
    }
  });
});
