import { describe, expect, it } from 'vitest';
import recordedFile from '../../public/recorded-run.json';
import { bundleSchema } from '../core/bundle';
import { DEFAULT_CONFIG, parseConfig, setPath } from '../core/config';
import { parseFragment } from '../core/link';
import { MOST_LINK, openResult } from '../core/linkResult';
import { hasSettings, resultLink, settingsLink, type NoLink, type SharedLink } from './linkShare';

const BASE = 'https://lab.example/page/';
const recorded = bundleSchema.parse(recordedFile);
const fragment = ({ href }: SharedLink): string => href.slice(BASE.length);

describe('a link to hand out', () => {
  it('opens to the settings, and says what it carries', () => {
    const config = setPath(DEFAULT_CONFIG, 'run.seed', '4');
    const link = settingsLink(BASE, config);
    expect(parseFragment(fragment(link))).toMatchObject({ config, notes: [] });
    expect(link.inside).toEqual(['all settings, of which 1 differs from the defaults, and 2 arms']);
    expect(settingsLink(BASE, DEFAULT_CONFIG).inside[0]).toMatch(/which are the defaults, and 2 arms$/);
    expect(settingsLink(BASE, parseConfig({ run: { task: 'file' } })).left[0]).toMatch(/^Your file stays here/);
  });

  it('with a result is no longer than a link may be, and says what was left out', () => {
    const link = resultLink(BASE, recorded, 50) as SharedLink;
    expect(link.href.length).toBeLessThanOrEqual(MOST_LINK);
    const { config, result } = parseFragment(fragment(link));
    expect(config).toEqual(recorded.config);
    const opened = openResult(result!);
    expect(opened.prompts.length).toBe(link.posts);
    expect(link.posts).toBeGreaterThan(12);
    expect(link.inside).toContain(`${link.posts} posts with the response of every arm`);
    expect(link.left[0]).toBe('The label of each pair.');
    expect((resultLink(BASE, recorded, 0) as SharedLink).posts).toBe(0);
  });

  it('is refused where the run does not fit, or could not be opened again', () => {
    const notes = Array.from({ length: 100 }, (_, i) => Array.from({ length: 60 }, (__, j) => Math.sin(100 * i + j)).join());
    expect((resultLink(BASE, { ...recorded, notes }, 3) as NoLink).problem).toMatch(/does not fit into a link of 30 KB.*Save it as a file/);
    const broken = { ...recorded, recordedAt: 'x'.repeat(50) };
    expect((resultLink(BASE, broken, 3) as NoLink).problem).toMatch(/cannot be put into a link.*recordedAt/);
  });

  it('knows whether the run has the settings of the form', () => {
    expect(hasSettings(recorded, recorded.config)).toBe(true);
    expect(hasSettings(recorded, setPath(recorded.config, 'run.seed', '9'))).toBe(false);
  });
});
