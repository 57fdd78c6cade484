import { describe, expect, it } from 'vitest';
import { armStyle, type Scheme } from './arms';
import { day, duration, interval, number, percent, percentInterval, plainValue } from './format';

/** Relative luminance of a colour, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Page, surface and sunken of theme.css. */
const BACKGROUNDS: Readonly<Record<Scheme, readonly string[]>> = {
  light: ['#f6f7f8', '#ffffff', '#eef0f2'],
  dark: ['#14171a', '#1b1f23', '#24292e'],
};
// The last ones stand for arms that the page does not know, one for each further look.
const IDS = ['sft', 'rlhf', 'rlaif', 'd-rlaif', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

describe('arm styles', () => {
  it.each(['light', 'dark'] as const)('read as text on every background of the %s theme', (scheme) => {
    for (const id of IDS) {
      for (const background of BACKGROUNDS[scheme]) {
        expect(contrast(armStyle(id).color(scheme), background), `${id} on ${background}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  it('differ in colour, and in marker and dash, so that colour alone tells nothing', () => {
    const styles = IDS.map(armStyle);
    expect(new Set(styles.map((style) => style.color('light'))).size).toBe(IDS.length);
    expect(new Set(styles.map((style) => `${style.marker} ${style.dash}`)).size).toBe(IDS.length);
  });
  it('differ for arms that come numbered', () => {
    const colours = ['judge-s-1', 'judge-m-2', 'judge-l-3', 'coin-4', 'x-5', 'x-6', 'x-7', 'x-8'].map((id) => armStyle(id).color('light'));
    expect(new Set(colours).size).toBe(8);
  });
  it('never make an arm without a number look like a numbered one', () => {
    const look = (id: string): string => `${armStyle(id).color('light')} ${armStyle(id).marker}`;
    const numbered = new Set(['1', '2', '3', '4', '5', '6', '7', '8'].map((place) => look(`x-${place}`)));
    for (const id of ['mixed', 'rlaif-dpo', 'rlhf-ppo', 'my-arm', ...IDS]) expect(numbered.has(look(id)), id).toBe(false);
  });
  it('stay with an arm', () => {
    expect(armStyle('my-arm')).toMatchObject({ marker: armStyle('my-arm').marker, label: 'my-arm' });
  });
});

describe('formats', () => {
  it('numbers, shares and intervals', () => {
    expect(number(1234.5)).toBe('1,235');
    expect(number(-13.754, 2)).toBe('−13.75');
    expect(percent(0.714)).toBe('71%');
    expect(percentInterval([0.662, 0.757])).toBe('[66, 76]');
    expect(interval([0.123, 0.456])).toBe('[0.12, 0.46]');
    expect(plainValue(0.0005)).toBe('0.0005');
    expect(plainValue(true)).toBe('on');
  });
  it.each([
    [0.24, '0.2 s'],
    [8.6, '9 s'],
    [59.6, '1 min'],
    [80, '1 min 20 s'],
    [7500, '2 h 5 min'],
    [7190, '2 h'],
  ])('%d seconds: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
  it('days, and what is none', () => {
    expect(day('2026-11-22T12:00:00Z')).toBe('22 Nov 2026');
    expect(day('soon')).toBe('soon');
  });
});
