/** Test support: any settings that the page can hold. */
import fc from 'fast-check';
import { ARM_FIELDS, FEEDBACKS, parseConfig, presetConfig, PRESETS, withMethod, type ArmConfig, type ExperimentConfig, type FieldValue, type PresetName } from '../config';
import { FIELD_LIST, type Field, type FieldEntry } from '../fields';
import { METHOD_IDS } from '../methods';

function valueOf(field: Field): fc.Arbitrary<FieldValue> {
  switch (field.kind) {
    case 'int':
      return fc.integer({ min: field.min, max: field.max });
    case 'float':
      // JSON has no negative zero.
      return fc.double({ min: field.min, max: field.max, noNaN: true }).map((value) => value + 0);
    case 'choice':
      return fc.constantFrom(...Object.keys(field.options));
    case 'switch':
      return fc.boolean();
  }
}

/** Some of the fields with values in their range, by path. */
function someOf(entries: readonly FieldEntry[], most: number): fc.Arbitrary<Record<string, FieldValue>> {
  return fc.subarray([...entries], { maxLength: most }).chain((chosen) =>
    fc.tuple(...chosen.map(({ field }) => valueOf(field))).map((values) => Object.fromEntries(chosen.map(({ path }, i) => [path, values[i]!]))));
}

const id = fc.stringMatching(/^[a-z0-9-]{1,24}$/).filter((text) => text !== 'sft');
const label = fc.oneof(
  fc.constantFrom('RLHF', "It's \"mine\", $5 `now`", 'a\\b', ' ends in a blank ', '<b>&amp;</b>', '-x', '--set a=b', '日本 😀', '=:,', '#1; rm * | x'),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
);

const arm: fc.Arbitrary<ArmConfig> = fc
  .record({
    id, label, feedback: fc.constantFrom(...FEEDBACKS), off: fc.constantFrom(undefined, undefined, true as const),
    method: fc.option(fc.constantFrom(...METHOD_IDS), { nil: undefined }), set: someOf(ARM_FIELDS, 12),
  })
  .map(({ id: own, label: name, feedback, off, method, set }) => {
    const plain: ArmConfig = { id: own, label: name, feedback };
    const tuned = method === undefined ? plain : withMethod(plain, method);
    const all = { ...tuned.set, ...set };
    return { ...plain, ...(Object.keys(all).length > 0 && { set: all }), ...(off && { off }) };
  });

/** Valid settings: a preset or nothing, with any fields changed, and any arms. */
export const randomConfig: fc.Arbitrary<ExperimentConfig> = fc
  .record({
    preset: fc.constantFrom(...(Object.keys(PRESETS) as PresetName[])),
    changes: someOf(FIELD_LIST, 40),
    arms: fc.option(fc.uniqueArray(arm, { minLength: 1, maxLength: 8, selector: (one) => one.id }), { nil: undefined }),
  })
  .map(({ preset, changes, arms }) => {
    const config = structuredClone(presetConfig(preset)) as unknown as Record<string, Record<string, FieldValue>>;
    for (const [path, value] of Object.entries(changes)) {
      const [section, name] = path.split('.') as [string, string];
      config[section]![name] = value;
    }
    const [first, ...others] = arms ?? [];
    const { off: _off, ...on } = first ?? { off: undefined };
    const running = first && others.every((other) => other.off) ? [on, ...others] : arms;
    return parseConfig({ ...config, ...(running && { arms: running }) });
  });
