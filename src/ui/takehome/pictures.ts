import type { RunBundle } from '../../core/bundle';
import type { ArchiveFile } from '../../experiments/formats/archive';
import { chartPicture } from '../charts/exportChart';
import { wordsOf } from '../../core/taskWords';
import { chartsIn } from '../charts/metrics';
import { chartData, hasData, type ArmCurves } from '../charts/series';
import type { Scheme } from '../shared/arms';

/** As the page smooths curves at first. */
const SMOOTHING = 0.6;

/** Every chart that the run has curves for, over steps, as SVG. A PNG of each would take a second; its own chart saves one. */
export function chartFiles({ arms, config }: Pick<RunBundle, 'arms' | 'config'>, scheme: Scheme): ArchiveFile[] {
  const curves: ArmCurves[] = arms.map(({ id, label, curves: own }) => ({ armId: id, label, curves: own }));
  return chartsIn(wordsOf(config.run.task)).filter((spec) => hasData(spec, curves)).map((spec) => ({
    path: `${spec.id}.svg`, content: chartPicture(spec, chartData(spec, curves, 'step', SMOOTHING), scheme).text,
  }));
}
