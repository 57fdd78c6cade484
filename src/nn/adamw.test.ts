import { expect, it } from 'vitest';
import { settingsOfView } from './adamw';

const matrix = { name: 'h.1.mlp.c_fc.weight', decays: true };
const bias = { name: 'h.1.mlp.c_fc.bias', decays: false };
const options = { learningRate: 0.1, weightDecay: 0.01 };

it('decays only the views that do', () => {
  expect(settingsOfView(matrix, options)).toEqual({ learningRate: 0.1, weightDecay: 0.01 });
  expect(settingsOfView(bias, options)).toEqual({ learningRate: 0.1, weightDecay: 0 });
  expect(settingsOfView(matrix, { learningRate: 0.1 })).toEqual({ learningRate: 0.1, weightDecay: 0 });
});

it('takes each setting from the last group that has it and whose prefix fits', () => {
  const groups = [
    { prefix: '', frozen: true },
    { prefix: 'h.', frozen: false, learningRate: 0.2 },
    { prefix: 'h.1.', learningRate: 0.3 },
    { prefix: 'h.1.mlp.c_fc.bias', frozen: true },
    { prefix: 'mlp', learningRate: 0.4 },
  ];
  const rateOf = (name: string): number | undefined =>
    settingsOfView({ name, decays: true }, { ...options, groups })?.learningRate;
  expect(rateOf('wte.weight')).toBeUndefined();
  expect(rateOf('h.0.mlp.c_fc.weight')).toBe(0.2);
  expect(rateOf(matrix.name)).toBe(0.3);
  expect(settingsOfView(bias, { ...options, groups })).toBeNull();
});
