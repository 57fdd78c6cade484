import type { LabelerRecord, RunBundle } from './bundle';

/** What a result never takes into a link: what is the visitor's own. */

/** What labelers that are people, or may be, are called. */
const PERSONAL: readonly LabelerRecord['kind'][] = ['you', 'people', 'mixed'];

/** A model's name without the folders of a file that some servers name it by. */
function withoutFolders(text: string): string {
  return text.replace(/(^|\s)(?:~|[A-Za-z]:)?[\\/]\S*[\\/](?=\S)/g, '$1');
}

function replaceAll(text: string, names: ReadonlyMap<string, string>): string {
  let replaced = withoutFolders(text);
  for (const [name, other] of names) if (name !== '') replaced = replaced.replaceAll(name, other);
  return replaced;
}

/** The ids of arms changed wherever the run names them: those of the lab's labelers are made of their names. */
function withArmIds(bundle: RunBundle, ids: ReadonlyMap<string, string>): RunBundle {
  if (ids.size === 0) return bundle;
  const other = (id: string): string => ids.get(id) ?? id;
  const pair = <T extends { readonly a: string; readonly b: string }>(one: T): T => ({ ...one, a: other(one.a), b: other(one.b) });
  return {
    ...bundle,
    config: { ...bundle.config, arms: bundle.config.arms.map((arm) => ({ ...arm, id: other(arm.id) })) },
    stages: bundle.stages.map(({ arm, sharedWith, ...stage }) => ({
      ...stage,
      ...(arm === undefined ? {} : { arm: other(arm) }),
      ...(sharedWith === undefined ? {} : { sharedWith: other(sharedWith) }),
    })),
    arms: bundle.arms.map((arm) => ({ ...arm, id: other(arm.id) })),
    comparisons: bundle.comparisons.map(pair),
    ...(bundle.headToHead ? { headToHead: { ...bundle.headToHead, comparisons: bundle.headToHead.comparisons.map(pair) } } : {}),
  };
}

/**
 * The run without the label of each pair, who gave labels, where a language model was asked, and what a file holds.
 * @returns what was taken out, a phrase each
 */
export function withoutOwnData(bundle: RunBundle): { readonly bundle: RunBundle; readonly left: readonly string[] } {
  const left: string[] = [];
  if (bundle.labelers.some(({ labels }) => labels.length > 0)) left.push('the label of each pair');
  /** Names of people, and ids of their arms, in the record -> in the link. */
  const names = new Map<string, string>();
  const ids = new Map<string, string>();
  const labelers = bundle.labelers.map((labeler, i): LabelerRecord => {
    const arm = bundle.config.arms[i];
    const bare = { ...labeler, labels: [] };
    if (arm?.feedback === 'given' && PERSONAL.includes(labeler.kind)) {
      const name = `given labels ${i + 1}`;
      names.set(labeler.name, name).set(arm.label, name);
      // The page takes an arm's colour from its id: the number at its end, or that it is one of the first two.
      if (!['rlhf', 'rlaif'].includes(arm.id)) ids.set(arm.id, `given-${/\d*$/.exec(arm.id)![0] || i + 1}`);
      return { ...bare, id: `given-${i + 1}`, name, origin: 'Labels that came with the run; who gave them is not said.' };
    }
    if (labeler.kind !== 'llm') return bare;
    // The provider of one's own is called by the host of its address.
    return { ...bare, id: `llm-${i + 1}`, name: withoutFolders(labeler.name), origin: labeler.origin.replace(/ \(.*\)/, '') };
  });
  if (names.size > 0) left.push('who gave the labels');
  const renamed = <T extends { readonly label: string }>(arm: T): T => ({ ...arm, label: names.get(arm.label) ?? arm.label });
  const file = bundle.config.run.task === 'file';
  if (file) left.push('everything of the file: its records, the responses to them, the names of its columns');
  return {
    left,
    bundle: withArmIds({
      ...bundle,
      config: { ...bundle.config, arms: bundle.config.arms.map(renamed) },
      labelers,
      stages: bundle.stages.map((stage) => ({
        ...stage, summary: file && stage.id === 'task' ? 'a file of the maker’s' : replaceAll(stage.summary, names),
      })),
      notes: file ? [] : bundle.notes.map((note) => replaceAll(note, names)),
      slots: file ? {} : bundle.slots,
      prompts: file ? [] : bundle.prompts,
      arms: bundle.arms.map((arm) => ({ ...renamed(arm), samples: file ? [] : arm.samples, ended: replaceAll(arm.ended, names) })),
    }, ids),
  };
}
