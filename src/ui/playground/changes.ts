import { getField, type ExperimentConfig } from '../../core/config';
import type { FieldEntry } from '../../core/fields';
import { plainValue } from '../shared/format';

/** "KL coefficient: 0.05 → 0.2": a setting that differs. */
export function changeWords(entry: FieldEntry, before: ExperimentConfig, after: ExperimentConfig): string {
  const words = (config: ExperimentConfig): string => {
    const value = getField(config, entry);
    return entry.field.kind === 'choice' ? (entry.field.options[value as string] ?? plainValue(value)) : plainValue(value);
  };
  return `${entry.field.label}: ${words(before)} → ${words(after)}`;
}
