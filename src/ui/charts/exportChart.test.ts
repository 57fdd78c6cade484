import { describe, expect, it } from 'vitest';
import { wrap } from './exportChart';

describe('a note below a saved picture', () => {
  it('is broken between words, and loses none', () => {
    const text = 'Hollow: PaLM 2 L 78.0%; Lee et al. 2023, arXiv:2309.00267. Not our results.';
    const lines = wrap(text, 24);
    expect(lines.join(' ')).toBe(text);
    expect(lines.every((line) => line.length <= 24)).toBe(true);
    expect(lines[0]).toBe('Hollow: PaLM 2 L 78.0%;');
  });

  it('gives a word that is too long a line of its own', () => {
    expect(wrap('see https://example.org/long now', 10)).toEqual(['see', 'https://example.org/long', 'now']);
  });
});
