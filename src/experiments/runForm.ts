import {
  configDifference,
  DEFAULT_ARMS,
  DEFAULT_CONFIG,
  givenArms,
  setField,
  setPath,
  withBuiltIn,
  withFile,
  withoutOffArms,
  type ExperimentConfig,
  type FieldValue,
  type PresetName,
} from '../core/config';
import type { FieldEntry } from '../core/fields';
import type { GivenLabels } from '../core/givenLabels';
import type { MethodId } from '../core/methods';
import { isBuiltIn, type TaskId } from '../core/taskWords';
import type { DataFile } from '../worker/protocol';
import {
  addArm,
  duplicateArm,
  readyForFile,
  removeArm,
  renameArm,
  setArmFeedback,
  setArmField,
  setArmMethod,
  switchArm,
  withIdleArms,
  type AskedFeedback,
} from './armEditing';
import { taskOf, withLesson, withPreset, type Lesson } from './lessons';
import type { RunState } from './runState';

/** The form: settings of the next run, what a visitor does to them, and how they stand to the run that is shown. */

export interface FormActions {
  /** Changes a setting of all arms; a method brings its tuned settings along, and another task lets given labels go. */
  readonly edit: (entry: FieldEntry, value: FieldValue) => void;
  readonly choosePreset: (name: PresetName) => void;
  readonly chooseLesson: (lesson: Lesson) => void;
  /** Puts the form back to the settings of the shown run. Arms that were switched off and are not of that run stay so. */
  readonly revert: () => void;
  /** Puts settings back that the lesson in force holds. */
  readonly keepHeld: () => void;
  /** Makes the visitor's file the task; SFT then has to be trained here. */
  readonly setData: (data: DataFile) => void;
  readonly clearData: () => void;
  /** Changes of arms do nothing where labels are given: those are of the arms as they are. One arm always runs. */
  readonly addArm: (feedback: AskedFeedback) => void;
  readonly duplicateArm: (id: string) => void;
  readonly removeArm: (id: string) => void;
  readonly renameArm: (id: string, label: string) => void;
  readonly switchArm: (id: string, on: boolean) => void;
  /** Its settings become the method's tuned ones, or with the experiment's method the experiment's. */
  readonly setArmMethod: (id: string, method: MethodId) => void;
  readonly setArmFeedback: (id: string, feedback: AskedFeedback) => void;
  /** Gives an arm a setting of its own; undefined: as in the experiment again. */
  readonly setArmField: (id: string, path: string, value: FieldValue | undefined) => void;
  /** Goes back to the arms RLHF and RLAIF, which ask for labels of their own. */
  readonly clearLabels: () => void;
  /** Takes the settings of a finished run into the form. Its file, if it had one, has to be given again. */
  readonly takeSettings: (config: ExperimentConfig) => void;
  /** Takes settings into the form as they are, whatever stood there: no arm is kept. A file that is not their task is let go. */
  readonly replaceSettings: (config: ExperimentConfig) => void;
}

/** Settings that differ from those of the shown run: what makes it stale. */
export function staleFields({ edited, shown }: Pick<RunState, 'edited' | 'shown'>): FieldEntry[] {
  return shown ? configDifference(shown.config, edited) : [];
}

/** Whether the file in hand is another than that of the shown run. */
export function staleData({ edited, shown, data }: Pick<RunState, 'edited' | 'shown' | 'data'>): boolean {
  const bothFiles = edited.run.task === 'file' && shown?.config.run.task === 'file';
  return bothFiles && data !== undefined && data.name !== shown.dataName;
}

/** Equal for the same arms that run. Settings of arms come in the order of the table. */
const armsKey = (config: ExperimentConfig): string => JSON.stringify(withoutOffArms(config).arms);

/** Whether the arms that would run are others than those of the shown run. */
export function staleArms({ edited, shown }: Pick<RunState, 'edited' | 'shown'>): boolean {
  return shown !== undefined && armsKey(edited) !== armsKey(shown.config);
}

/** The labels that the arms of the settings are trained on, unless those at hand belong to other arms. */
export function labelsAtHand({ edited, labels }: Pick<RunState, 'edited' | 'labels'>): GivenLabels | undefined {
  return labels && JSON.stringify(labels.arms) === armsKey(edited) ? labels.labels : undefined;
}

/** What the form is part of. */
interface Page {
  readonly get: () => RunState;
  readonly set: (change: Partial<RunState>) => void;
  /** Takes settings, as far as a lesson lets them go, and keeps them for the next visit. */
  readonly setEdited: (edited: ExperimentConfig) => void;
}

export function formActions({ get, set, setEdited }: Page): FormActions {
  const editArms = (change: (config: ExperimentConfig) => ExperimentConfig): void => {
    const { edited } = get();
    if (givenArms(edited).length > 0) return;
    const changed = change(edited);
    if (changed !== edited) setEdited(changed);
  };
  const clearLabels = (): void => {
    set({ labels: undefined });
    const { edited } = get();
    if (givenArms(edited).length > 0) setEdited({ ...edited, arms: DEFAULT_ARMS });
  };
  const takeSettings = (config: ExperimentConfig): void => {
    const taken = withIdleArms(config, get().edited);
    const fileGone = taken.run.task === 'file' && !get().data;
    setEdited(fileGone ? { ...taken, run: { ...taken.run, task: DEFAULT_CONFIG.run.task } } : taken);
  };

  /** Labels are of the pairs of one task: they do not go along to another. */
  const leaveTask = (task: TaskId): void => {
    if (task !== get().edited.run.task) clearLabels();
  };
  const chooseTask = (task: TaskId): void => {
    leaveTask(task);
    const { edited, data } = get();
    if (isBuiltIn(task)) setEdited(withBuiltIn(edited, task));
    else setEdited(data ? withFile(readyForFile(edited)) : { ...edited, run: { ...edited.run, task } });
  };

  return {
    edit(entry, value) {
      const { edited } = get();
      if (entry.path === 'run.task') chooseTask(value as TaskId);
      else setEdited(entry.path === 'rl.method' ? setPath(edited, entry.path, String(value)) : setField(edited, entry, value));
    },
    choosePreset(name) {
      leaveTask(taskOf(name) ?? get().edited.run.task);
      setEdited(withPreset(get().edited, name));
    },
    chooseLesson: (lesson) => setEdited(withLesson(get().edited, lesson)),
    revert() {
      const { shown } = get();
      if (shown) takeSettings(shown.config);
    },
    keepHeld: () => setEdited(get().edited),

    setData(data) {
      clearLabels();
      set({ data });
      setEdited(withFile(readyForFile(get().edited)));
    },
    clearData() {
      set({ data: undefined });
      if (get().edited.run.task === 'file') chooseTask(DEFAULT_CONFIG.run.task);
    },

    addArm: (feedback) => editArms((config) => addArm(config, feedback)),
    duplicateArm: (id) => editArms((config) => duplicateArm(config, id)),
    removeArm: (id) => editArms((config) => removeArm(config, id)),
    renameArm: (id, label) => editArms((config) => renameArm(config, id, label)),
    switchArm: (id, on) => editArms((config) => switchArm(config, id, on)),
    setArmMethod: (id, method) => editArms((config) => setArmMethod(config, id, method)),
    setArmFeedback: (id, feedback) => editArms((config) => setArmFeedback(config, id, feedback)),
    setArmField: (id, path, value) => editArms((config) => setArmField(config, id, path, value)),

    clearLabels,
    takeSettings,
    replaceSettings(config) {
      if (config.run.task !== 'file') set({ data: undefined });
      setEdited(config);
    },
  };
}
