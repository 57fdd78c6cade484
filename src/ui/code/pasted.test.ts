import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, PAPER_ARMS, parseConfig, setPath, withMethod } from '../../core/config';
import { configJson } from '../../experiments/configCode';
import { readPasted, settingChanges } from './pasted';

const page = { edited: DEFAULT_CONFIG, file: false, lesson: undefined };

describe('pasted code', () => {
  it('is read as the page can hold it', () => {
    expect(readPasted('--set rl.klCoef=0.3', page)).toEqual({ config: setPath(DEFAULT_CONFIG, 'rl.klCoef', '0.3'), sweeps: [], notes: [] });
    expect(readPasted('--set rl.klCoef=3', page)).toHaveProperty('problems');
    expect(readPasted('--data a.csv', page)).toHaveProperty('notes.length', 1);
  });

  it('leaves alone what a lesson holds, and says so', () => {
    const lesson = {
      lesson: { title: 'Leash', text: '', hidden: [], fixed: ['rl.klCoef'], view: 'playground' },
      settings: setPath(DEFAULT_CONFIG, 'rl.klCoef', '0.1'), all: false,
    };
    const read = readPasted(configJson(setPath(DEFAULT_CONFIG, 'rl.klCoef', '0.3')), { ...page, lesson });
    expect(read).toMatchObject({ config: { rl: { klCoef: 0.1 } }, notes: [expect.stringContaining('The lesson holds')] });
  });
});

describe('what would change', () => {
  it('is said of settings, of arms, of what is switched off, and of their order', () => {
    const [rlhf, rlaif] = PAPER_ARMS;
    const before = parseConfig({ arms: [rlhf, rlaif] });
    const words = (changes: object): string[] => settingChanges(before, parseConfig({ ...before, ...changes }));
    expect(settingChanges(before, before)).toEqual([]);
    expect(settingChanges(before, setPath(before, 'rl.klCoef', '0.3'))).toEqual(['KL coefficient: 0.05 → 0.3']);
    expect(words({ arms: [{ ...rlhf, off: true }, withMethod(rlaif!, 'dpo')] })).toEqual(['RLAIF: REINFORCE → DPO', 'RLHF: off']);
    expect(words({ arms: [rlhf] })).toEqual(['without RLAIF']);
    expect(words({ arms: [rlaif, rlhf] })).toEqual(['the order of the arms']);
  });
});
