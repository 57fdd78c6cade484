import type { ArmRecord, RunBundle } from '../../core/bundle';

/** The start policy's id among the arms of a bundle. */
export const SFT = 'sft';

/** What files call the run: when it was recorded, which no two runs have in common. "run-20261129-101500" */
export function runName({ recordedAt }: RunBundle): string {
  const digits = recordedAt.replace(/\D/g, '');
  return `run-${digits.slice(0, 8)}-${digits.slice(8, 14)}`;
}

/** The arm of that id. @throws RangeError where there is none. */
export function armRecord({ arms }: RunBundle, id: string): ArmRecord {
  const arm = arms.find((candidate) => candidate.id === id);
  if (!arm) throw new RangeError(`The run has no arm "${id}".`);
  return arm;
}

/** Who made a file and from what, in a sentence. */
export function sourceOf(bundle: RunBundle): string {
  const { build, device, config, recordedAt } = bundle;
  return `RLHF against RLAIF playground, build ${build.commit}; run of ${recordedAt}, seed ${config.run.seed}, on ${device.description}`;
}

/** Values as JSON, one a line. */
export function jsonLines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
