import { commandText, sweepLines } from '../core/commandText';
import { armFieldAt, type ExperimentConfig } from '../core/config';
import { parseSweep, sweepPoints, type SweepAxis } from '../core/sweep';
import { commandNotes, configJson, type CodeRead, type CodeRefused } from './configCode';
import { sweptField } from './sweepFields';
import { MOST_AXES, orderedAxes, planSweep, sweptConfig, type SweepForm } from './sweepPlan';

/** A sweep of the page as code, out and in. */
export interface SweepCode {
  /** One command that runs all of it, one run after another. */
  readonly command: string;
  /** A command a run, for schedulers. Made when asked for: a sweep may have hundreds. */
  readonly lines: () => string[];
  readonly json: string;
  /** What the commands leave out, a sentence each. */
  readonly notes: readonly string[];
}

/** Folder that the commands write their runs into. */
export const SWEEP_FOLDER = 'sweep';
const SEED = 'run.seed';

/** The code of a sweep, or why there is none. @param edited settings of the playground */
export function codeOfSweep(form: SweepForm, edited: ExperimentConfig): SweepCode | { readonly reason: string } {
  const plan = planSweep(form, edited);
  if ('reason' in plan) return { reason: plan.axis === undefined ? plan.reason : `Setting ${plan.axis + 1}: ${plan.reason}` };
  const config = sweptConfig(form, edited);
  // The plan is there, so every row reads. Seeds come last, as in the plan.
  const rows = orderedAxes(form.axes.map(({ path, values }) => ({ ...parseSweep(`${path}=${values}`), text: `${path}=${values.replace(/\s/g, '')}` })));
  const seeds = `seed=${form.firstSeed}..${form.lastSeed}`;
  const sweeps = [...rows.map(({ text }) => text), seeds];
  return {
    command: commandText(config, { sweeps, out: SWEEP_FOLDER }, ' \\\n  '),
    lines: () => sweepLines(config, sweepPoints([...rows, parseSweep(seeds)]), SWEEP_FOLDER),
    json: configJson(config, sweeps),
    notes: commandNotes(config),
  };
}

/** The form that stands for axes, or why the page has none for them. Without seeds among the axes there is one, that of the settings. */
export function formOfCode({ config, sweeps }: Pick<CodeRead, 'config' | 'sweeps'>): SweepForm | CodeRefused {
  try {
    const axes = sweeps.map((text) => ({ ...parseSweep(text), text: text.slice(text.indexOf('=') + 1).trim() }));
    const settings = axes.filter(({ path }) => path !== SEED);
    if (settings.length > MOST_AXES) throw new Error(`${settings.length} settings vary beside the seed; the page draws ${MOST_AXES}. Run this in Node and load its runs.`);
    const form: SweepForm = {
      size: 'asIs', ...seedRange(axes.find(({ path }) => path === SEED), config),
      axes: settings.map(({ path, text }) => ({ path: longPath(path), values: text })),
    };
    const plan = planSweep(form, config);
    if ('reason' in plan) throw new Error(plan.axis === undefined ? plan.reason : `Setting ${plan.axis + 1}: ${plan.reason}`);
    return form;
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

/** The form has seeds from one to another. @throws Error on seeds with gaps */
function seedRange(axis: SweepAxis | undefined, { run }: ExperimentConfig): Pick<SweepForm, 'firstSeed' | 'lastSeed'> {
  const seeds = (axis?.values ?? [String(run.seed)]).map(Number).sort((a, b) => a - b);
  const [firstSeed, lastSeed] = [seeds[0]!, seeds.at(-1)!];
  if (!seeds.every((seed, i) => seed === firstSeed + i)) throw new Error(`The seeds ${axis?.values.join(', ') ?? ''} are no row without gaps, which is what the page takes. Run this in Node and load its runs.`);
  return { firstSeed, lastSeed };
}

/** The path that the form's list has: that of an arm's setting written out. */
function longPath(path: string): string {
  const [, arm, own] = /^(arms\.\d+\.)(.+)$/.exec(path) ?? [];
  return arm === undefined || own === undefined || sweptField(path) ? path : `${arm}${armFieldAt(own, path).path}`;
}
