import { describe, expect, it } from 'vitest';
import { chartCsv } from './csv';
import { CHARTS } from './metrics';

describe('chartCsv', () => {
  const arms = [
    {
      armId: 'rlhf',
      label: 'RLHF',
      curves: {
        'eval/scores': { step: [0, 2], value: [0, 1] },
        'eval/kl': { step: [0, 2], value: [0, 0.25] },
        'objective/scores': { step: [1], value: [0.5] },
        'rm/accuracy': { step: [3], value: [0.7] },
        'rm/labels': { step: [3], value: [96] },
      },
    },
  ];
  const csv = (id: string, smoothing: number): string[] =>
    chartCsv(CHARTS.find((spec) => spec.id === id)!, arms, smoothing).trimEnd().split('\r\n');

  it('writes each measured point with KL where KL was measured', () => {
    expect(csv('reward', 0.5)).toEqual([
      'arm,metric,step,value,smoothed,kl,labels',
      'rlhf,eval/scores,0,0,0,0,',
      'rlhf,eval/scores,2,1,0.8,0.25,',
      'rlhf,objective/scores,1,0.5,0.5,,',
    ]);
  });

  it('names the run where several are drawn over each other', () => {
    const [head, first, ...rest] = chartCsv(
      CHARTS.find(({ id }) => id === 'gold')!,
      ['A', 'B'].map((label, i) => ({ ...arms[0]!, curves: { 'eval/gold': { step: [0], value: [i] } }, run: { label, dash: '' } })),
      0,
    ).trimEnd().split('\r\n');
    expect(head).toBe('run,arm,metric,step,value,smoothed,kl,labels');
    expect([first, ...rest]).toEqual(['A,rlhf,eval/gold,0,0,0,,', 'B,rlhf,eval/gold,0,1,1,,']);
  });

  it('writes labels used for the reward model', () => {
    expect(csv('rm', 0)[1]).toBe('rlhf,rm/accuracy,3,0.7,0.7,,96');
  });

  it('thins nothing', () => {
    const step = Array.from({ length: 2000 }, (_, i) => i);
    const long = [{ armId: 'a', label: 'A', curves: { 'rm/loss': { step, value: step } } }];
    expect(chartCsv(CHARTS.find((spec) => spec.id === 'rm-loss')!, long, 0).trimEnd().split('\r\n')).toHaveLength(2001);
  });
});
