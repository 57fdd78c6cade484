import type { ArmConfig } from '../core/config';
import { FIELD_LIST, type FieldEntry } from '../core/fields';

/**
 * Names of what a sweep varies, for people. Paths are those of `setPath`: `rl.klCoef`, or `arms.1.rl.klCoef` for an arm of
 * its own, counted from 0; `arms` alone stands for which arms there are.
 */

/** Path of the choice of arms itself. */
export const ARMS_PATH = 'arms';
/** Value of an arm's setting where the arm has none of its own. */
export const AS_COMMON = 'as for all';

const OF_ARM = /^arms\.(\d+)\.(.+)$/;

/** The setting that a path means; undefined where it means none. */
export function sweptField(path: string): FieldEntry | undefined {
  const own = OF_ARM.exec(path)?.[2] ?? path;
  return FIELD_LIST.find((entry) => entry.path === own);
}

/** The number of the arm that a path is of; undefined where it is of all. */
export function sweptArm(path: string): number | undefined {
  const number = OF_ARM.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** "KL coefficient", or "RLAIF: KL coefficient" of an arm's own. */
export function pathTitle(path: string, arms: readonly Pick<ArmConfig, 'label'>[]): string {
  if (path === ARMS_PATH) return 'Arms';
  const name = sweptField(path)?.field.label ?? path;
  const number = sweptArm(path);
  return number === undefined ? name : `${arms[number]?.label ?? `arm ${number}`}: ${name}`;
}

/** A value as a reader knows it: what a choice means, on and off, numbers as they are. */
export function valueTitle(path: string, value: string): string {
  const field = sweptField(path)?.field;
  if (field?.kind === 'choice' && Object.hasOwn(field.options, value)) return field.options[value] ?? value;
  if (field?.kind === 'switch' && (value === 'true' || value === 'false')) return value === 'true' ? 'on' : 'off';
  return value.replace(/^-(?=\d)/, '−');
}
