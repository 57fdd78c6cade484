import { configOfArm, getField, type ArmConfig, type ExperimentConfig } from '../../core/config';
import { FIELD_LIST, type FieldEntry } from '../../core/fields';
import { METHODS } from '../../core/methods';
import { listWords, valueWords } from './armWords';

/** "KL coefficient: 0.05 → 0.2": a setting that differs. */
export function changeWords(entry: FieldEntry, before: ExperimentConfig, after: ExperimentConfig): string {
  const words = (config: ExperimentConfig): string => valueWords(entry, getField(config, entry));
  return `${entry.field.label}: ${words(before)} → ${words(after)}`;
}

/** Settings of an arm that are named one by one. */
const MOST_NAMED = 2;

/** "with RLAIF 2", "without RLHF", "RLAIF: REINFORCE → PPO": arms that differ, by what they are and what they have of their own. */
export function armChanges(before: ExperimentConfig, after: ExperimentConfig): string[] {
  const known = (config: ExperimentConfig, id: string): ArmConfig | undefined => config.arms.find((arm) => arm.id === id);
  return [
    ...after.arms.flatMap((arm) => {
      const old = known(before, arm.id);
      return old ? armChange([before, old], [after, arm]) : [`with ${arm.label}`];
    }),
    ...before.arms.filter(({ id }) => !known(after, id)).map(({ label }) => `without ${label}`),
  ];
}

type Seen = readonly [config: ExperimentConfig, arm: ArmConfig];

function armChange([before, old]: Seen, [after, arm]: Seen): string[] {
  const methods = [configOfArm(before, old), configOfArm(after, arm)].map(({ rl }) => METHODS[rl.method].label);
  const set = FIELD_LIST.filter(({ path }) => path !== 'rl.method' && old.set?.[path] !== arm.set?.[path]).map(({ field }) => field.label);
  const settings = set.length > MOST_NAMED ? [`${set.length} settings of its own`] : set.length > 0 ? [`its ${listWords(set)}`] : [];
  const changes = [
    ...(old.feedback === arm.feedback ? [] : ['other feedback']),
    // With another method come its settings.
    ...(methods[0] === methods[1] ? settings : [methods.join(' → ')]),
    ...(old.label === arm.label ? [] : [`now ${arm.label}`]),
  ];
  return changes.length > 0 ? [`${old.label}: ${changes.join(', ')}`] : [];
}
