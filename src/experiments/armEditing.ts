import {
  fieldAt,
  givenArms,
  NAMED_ARMS,
  parseConfig,
  withMethod,
  type ArmConfig,
  type ExperimentConfig,
  type Feedback,
  type FieldValue,
} from '../core/config';
import { METHOD_IDS, methodOf, METHODS, type MethodId } from '../core/methods';

/**
 * Changes to the arms of an experiment. Each gives a new config, or the one it got where the change cannot be made: an arm
 * that is not there, one more than the page has room for, none left that runs.
 */

/** Arms that the page has room for, and colours. */
export const PAGE_ARMS = 8;
/** Most characters of a name. */
export const MAX_LABEL = 40;
/** With a number behind it, an id has 24 characters at most. */
const MAX_SLUG = 22;

/** Feedback that is asked for in a run, rather than brought along. */
export type AskedFeedback = Exclude<Feedback, 'given'>;

/** Ids that stand for the arms of the paper, in their colours. */
const PLAIN_IDS: readonly string[] = ['rlhf', 'rlaif', 'd-rlaif'];

function namedArm(feedback: AskedFeedback): ArmConfig {
  const arm = NAMED_ARMS.find((candidate) => candidate.feedback === feedback);
  if (!arm) throw new Error(`no arm has a name for the feedback ${feedback}`);
  return arm;
}

/** The number that an id ends in, from which the page takes its colour; 0 where there is none. */
const placeOf = (id: string): number => Number(/-([1-9])$/.exec(id)?.[1] ?? 0);

/** The id itself where it is that of an arm of the paper and free; otherwise one with the first free number, which is its colour. */
function freeId(arms: readonly ArmConfig[], id: string): string {
  if (PLAIN_IDS.includes(id) && arms.every((arm) => arm.id !== id)) return id;
  const taken = new Set(arms.map((arm) => placeOf(arm.id)));
  const [free = 1] = Array.from({ length: PAGE_ARMS }, (_, i) => i + 1).filter((place) => !taken.has(place));
  const slug = id.replace(/-[1-9]$/, '').slice(0, MAX_SLUG).replace(/-$/, '');
  return `${slug}-${free}`;
}

const withoutNumber = (label: string): string => label.replace(/ [2-9]$/, '');

/** The name, with a number behind it where another arm has it. */
function freeLabel(arms: readonly ArmConfig[], label: string): string {
  const names = new Set(arms.map((arm) => arm.label));
  const base = withoutNumber(label);
  if (!names.has(base)) return base;
  for (let place = 2; ; place++) {
    const name = `${base.slice(0, MAX_LABEL - 3)} ${place}`;
    if (!names.has(name)) return name;
  }
}

/** How the page names an arm whom nobody has named. */
function usualLabel({ feedback, set }: ArmConfig): string | undefined {
  if (feedback === 'given') return undefined;
  const method = set?.['rl.method'];
  const { label } = namedArm(feedback);
  return method === undefined ? label : `${label}, ${METHODS[method as MethodId].label}`;
}

/** The changed arm, with a name that follows the change where it was the page's own. */
function renamed(arms: readonly ArmConfig[], before: ArmConfig, after: ArmConfig): ArmConfig {
  const [old, usual] = [usualLabel(before), usualLabel(after)];
  if (usual === undefined || usual === old || withoutNumber(before.label) !== old) return after;
  return { ...after, label: freeLabel(arms.filter(({ id }) => id !== before.id), usual) };
}

const withArms = (config: ExperimentConfig, arms: readonly ArmConfig[]): ExperimentConfig => parseConfig({ ...config, arms });

function change(config: ExperimentConfig, id: string, edit: (arm: ArmConfig) => ArmConfig): ExperimentConfig {
  const arm = config.arms.find((candidate) => candidate.id === id);
  if (!arm) return config;
  const changed = edit(arm);
  if (changed === arm) return config;
  const named = renamed(config.arms, arm, changed);
  return withArms(config, config.arms.map((other) => (other === arm ? named : other)));
}

function withSet(arm: ArmConfig, set: Readonly<Record<string, FieldValue>>): ArmConfig {
  const { set: _set, ...rest } = arm;
  return Object.keys(set).length === 0 ? rest : { ...rest, set };
}

/** With one more arm at the end. It follows the experiment's settings; its method is REINFORCE whatever theirs is. */
export function addArm(config: ExperimentConfig, feedback: AskedFeedback): ExperimentConfig {
  if (config.arms.length >= PAGE_ARMS) return config;
  const { id, label } = namedArm(feedback);
  const arm: ArmConfig = { id: freeId(config.arms, id), label: freeLabel(config.arms, label), feedback };
  return withArms(config, [...config.arms, config.rl.method === 'reinforce' ? arm : withMethod(arm, 'reinforce')]);
}

/** With a copy of an arm behind it, which runs. */
export function duplicateArm(config: ExperimentConfig, id: string): ExperimentConfig {
  const arm = config.arms.find((candidate) => candidate.id === id);
  if (!arm || config.arms.length >= PAGE_ARMS) return config;
  const { off: _off, ...same } = arm;
  const copy = { ...same, id: freeId(config.arms, id), label: freeLabel(config.arms, arm.label) };
  return withArms(config, config.arms.flatMap((other) => (other === arm ? [other, copy] : [other])));
}

/** Whether an arm may be switched off or taken away: another has to run. */
export function dispensable({ arms }: Pick<ExperimentConfig, 'arms'>, id: string): boolean {
  return arms.some((arm) => arm.id !== id && !arm.off);
}

export function removeArm(config: ExperimentConfig, id: string): ExperimentConfig {
  if (!dispensable(config, id)) return config;
  const arms = config.arms.filter((arm) => arm.id !== id);
  return arms.length === config.arms.length ? config : withArms(config, arms);
}

/** @param label blanks at its ends are left out; a name cannot be empty, nor longer than `MAX_LABEL`. */
export function renameArm(config: ExperimentConfig, id: string, label: string): ExperimentConfig {
  const name = label.trim().slice(0, MAX_LABEL).trimEnd();
  return change(config, id, (arm) => (name === '' || name === arm.label ? arm : { ...arm, label: name }));
}

export function switchArm(config: ExperimentConfig, id: string, on: boolean): ExperimentConfig {
  if (!on && !dispensable(config, id)) return config;
  return change(config, id, (arm) => {
    if (on === !arm.off) return arm;
    const { off: _off, ...rest } = arm;
    return on ? rest : { ...rest, off: true };
  });
}

export function setArmFeedback(config: ExperimentConfig, id: string, feedback: AskedFeedback): ExperimentConfig {
  return change(config, id, (arm) => (arm.feedback === feedback ? arm : { ...arm, feedback }));
}

/** With another method at its tuned settings; with that of the experiment, at the experiment's settings. */
export function setArmMethod(config: ExperimentConfig, id: string, method: MethodId): ExperimentConfig {
  return change(config, id, (arm) => {
    if ((arm.set?.['rl.method'] ?? config.rl.method) === method) return arm;
    if (method !== config.rl.method) return withMethod(arm, method);
    const ofMethods = new Set<string>(METHOD_IDS.flatMap((one) => methodOf(one).settings));
    return withSet(arm, Object.fromEntries(Object.entries(arm.set ?? {}).filter(([path]) => path !== 'rl.method' && !ofMethods.has(path))));
  });
}

/**
 * With a setting of an arm's own; undefined: as in the experiment again.
 * @throws Error on an unknown path or a value that does not fit.
 */
export function setArmField(config: ExperimentConfig, id: string, path: string, value: FieldValue | undefined): ExperimentConfig {
  if (path === 'rl.method') return setArmMethod(config, id, (value ?? config.rl.method) as MethodId);
  fieldAt(path);
  return change(config, id, (arm) => {
    if (arm.set?.[path] === value) return arm;
    const { [path]: _old, ...others } = arm.set ?? {};
    return withSet(arm, value === undefined ? others : { ...others, [path]: value });
  });
}

/** With an arm switched on where a file as the task would leave none: nothing that ships scores its texts. */
export function readyForFile(config: ExperimentConfig): ExperimentConfig {
  const left = config.arms.filter(({ feedback }) => feedback !== 'scores');
  const [first] = left;
  if (!first || left.some(({ off }) => !off)) return config;
  return switchArm(config, first.id, true);
}

/** The config with those arms of `form` behind its own that are switched off there, as far as there is room and their colours are free. */
export function withIdleArms(config: ExperimentConfig, form: ExperimentConfig): ExperimentConfig {
  if (givenArms(config).length > 0) return config;
  const clash = (arm: ArmConfig): boolean =>
    config.arms.some(({ id }) => id === arm.id || (placeOf(id) > 0 && placeOf(id) === placeOf(arm.id)));
  const idle = form.arms.filter((arm) => arm.off && arm.feedback !== 'given' && !clash(arm));
  const kept = idle.slice(0, Math.max(0, PAGE_ARMS - config.arms.length));
  return kept.length === 0 ? config : withArms(config, [...config.arms, ...kept]);
}
