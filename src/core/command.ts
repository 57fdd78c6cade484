/**
 * The command line of `npm run experiment`: from its options to settings. Node and the page read it with the same code; what
 * writes it is `commandText`.
 */
import { armByName, ConfigError, parseConfig, PRESETS, presetConfig, setPath, withFile, type ArmConfig, type ExperimentConfig, type PresetName } from './config';

/** What each option takes: a value, several (it may be there again), or none. */
const OPTIONS = {
  preset: 'one', config: 'one', seed: 'one', arms: 'one', set: 'many', sweep: 'many', data: 'one',
  llm: 'one', 'llm-url': 'one', 'llm-price': 'one', 'llm-cap': 'one', out: 'one', list: 'none',
} as const;
type OptionName = keyof typeof OPTIONS;

/** Most words of a command: 32 arms with all their settings have fewer. */
const MOST_WORDS = 8000;

export interface CommandOptions {
  readonly preset?: string;
  /** File of settings to begin with. */
  readonly config?: string;
  readonly seed?: string;
  readonly arms?: string;
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  /** File of the task. */
  readonly data?: string;
  readonly llm?: string;
  readonly 'llm-url'?: string;
  readonly 'llm-price'?: string;
  readonly 'llm-cap'?: string;
  readonly out?: string;
  /** Prints what would be run, a command a line. */
  readonly list: boolean;
}

/** A command that says nothing that can be run, and why. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  /** @param problems a sentence each. */
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Options from arguments, `--name value` or `--name=value`; of one that is there again the last counts.
 * @throws CommandError on options that are not known, values that are missing, and words that belong to no option
 */
export function readOptions(args: readonly string[]): CommandOptions {
  if (args.length > MOST_WORDS) throw new CommandError([`The command has ${args.length} words; ${MOST_WORDS} are the most.`]);
  const ones: Partial<Record<OptionName, string>> = {};
  const many: Record<'set' | 'sweep', string[]> = { set: [], sweep: [] };
  let list = false;
  const problems: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--([^=]*)(?:=(.*))?$/s.exec(args[i]!) ?? [];
    if (name === undefined) {
      problems.push(`${short(args[i]!)} belongs to no option: they are written --name value.`);
      continue;
    }
    if (!isOption(name)) {
      problems.push(`There is no option --${short(name)}; known: ${Object.keys(OPTIONS).map((known) => `--${known}`).join(', ')}.`);
      // What follows is the value that was meant for it.
      if (inline === undefined && args[i + 1]?.startsWith('--') === false) i++;
      continue;
    }
    if (name === 'list') {
      if (inline !== undefined) problems.push('--list takes no value.');
      list = true;
      continue;
    }
    const following = inline === undefined ? args[++i] : inline;
    if (following === undefined || (inline === undefined && following.startsWith('--'))) {
      problems.push(`--${name} needs a value.`);
      if (following !== undefined) i--;
    } else if (name === 'set' || name === 'sweep') many[name].push(following);
    else ones[name] = following;
  }
  if (problems.length > 0) throw new CommandError(problems);
  return { ...ones, ...many, list };
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** Text of the user in a message, cut where it is long. */
function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/**
 * An arm by name, as `--arms` takes it: `rlaif`, `rlaif:dpo`, or `mine=rlaif:dpo` with an id of one's own.
 * @throws Error that names what is known
 */
export function armOfText(text: string): ArmConfig {
  const at = text.indexOf('=');
  return at < 0 ? armByName(text) : { ...armByName(text.slice(at + 1)), id: text.slice(0, at) };
}

/**
 * The settings that options ask for: those of `start` or of the preset, then the arms, the file as the task, the seed, and
 * `--set` by `--set` in their order.
 * @param start settings read from the file of `--config`
 * @throws CommandError that says everything that is wrong, each option by itself
 */
export function configOfOptions({ preset, seed, arms, data, set }: CommandOptions, start?: ExperimentConfig): ExperimentConfig {
  if (start && preset !== undefined) throw new CommandError(['--config and --preset are both there: the settings begin with one of them.']);
  const name = preset ?? 'default';
  if (!Object.hasOwn(PRESETS, name)) throw new CommandError([`unknown preset ${short(name)}; known: ${Object.keys(PRESETS).join(', ')}`]);
  let config = start ?? presetConfig(name as PresetName);
  const problems: string[] = [];
  const attempt = (what: string, change: () => ExperimentConfig): void => {
    try {
      config = change();
    } catch (error) {
      const found = error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
      problems.push(...found.map((problem) => `${short(what)}: ${problem}`));
    }
  };
  if (arms !== undefined) attempt('--arms', () => parseConfig({ ...config, arms: arms.split(',').map(armOfText) }));
  // Settings that are of a file already are as they should be.
  if (data !== undefined && config.run.task !== 'file') attempt('--data', () => withFile(config));
  if (seed !== undefined) attempt(`--seed ${seed}`, () => setPath(config, 'run.seed', seed));
  for (const text of set) {
    attempt(`--set ${text}`, () => {
      const at = text.indexOf('=');
      if (at < 1) throw new Error('write path=value, for example rl.klCoef=0.1');
      return setPath(config, text.slice(0, at), text.slice(at + 1));
    });
  }
  if (problems.length > 0) throw new CommandError(problems);
  return config;
}
