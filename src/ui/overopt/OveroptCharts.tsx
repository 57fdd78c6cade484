import { SegmentedControl } from '@mantine/core';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { Figure, type FigureDrawing } from '../charts/Figure';
import { ArmMark } from '../shared/ArmMark';
import { number } from '../shared/format';
import screen from '../shared/screen.module.css';
import { domainOf, drawOveropt, type OveroptDomain, type Trace } from './drawOveropt';
import { drawable, overoptCsv, PATHS, scored, type OveroptArm, type OveroptFit, type Path, type Score } from './points';
import { CAVEATS, CITATION, PATH_NAMES, SCORE_NAMES, UNITS } from './words';

interface ChartsProps {
  readonly arms: readonly OveroptArm[];
  /** Of these arms; the fits that are drawn. */
  readonly fits: readonly OveroptFit[];
}

const KEY =
  'Circles: RL, a mark a measurement; squares: best of n SFT samples, a mark a doubling of n. Filled: gold; hollow and dashed: proxy. ' +
  'Curves without a break: the fitted forms.';
const OTHER_PROMPTS = 'RL and best of n are measured on validation prompts, but not on equally many; each counts from its own start.';

function traceOf(arm: OveroptArm, path: Path, score: Score, fits: readonly OveroptFit[], name?: string): Trace {
  const fit = fits.find((one) => one.arm.id === arm.id && one.path === path && one.score === score)?.fit;
  return {
    armId: arm.id, path, score, points: scored(drawable(arm.paths[path]), score),
    ...(fit?.ok === true ? { fit } : {}), ...(name === undefined ? {} : { name }),
  };
}

const SCORES = ['proxy', 'gold'] as const satisfies readonly Score[];

const tracesOf = (arm: OveroptArm, fits: readonly OveroptFit[]): Trace[] =>
  PATHS.flatMap((path) => SCORES.map((score) => traceOf(arm, path, score, fits))).filter(({ points }) => points.length > 0);

/** "RL: 24 measurements, at last KL 3.10, gold 0.20, proxy 1.52". */
function pathWords(arm: OveroptArm, path: Path): string {
  const { points, reason } = arm.paths[path];
  const last = points.at(-1);
  if (!last) return `${PATH_NAMES[path]}: ${reason ?? 'no points'}`;
  const gains = scored([last], 'proxy').map(({ score }) => `, ${SCORE_NAMES.proxy} ${number(score, 2)}`);
  return `${PATH_NAMES[path]}: ${number(points.length)} points, at last KL ${number(last.kl, 2)}, gold ${number(last.gold, 2)}${gains.join('')}`;
}

/** Why a path is not drawn, and what of it cannot be. */
function gaps(arm: OveroptArm): string[] {
  return PATHS.flatMap((path) => {
    const { points, reason } = arm.paths[path];
    if (reason !== undefined) return [`No points of ${PATH_NAMES[path]}: ${reason}.`];
    const left = points.length - drawable(arm.paths[path]).length;
    return left > 0 ? [`${number(left)} ${left === 1 ? 'point' : 'points'} of ${PATH_NAMES[path]} with a sampled KL below 0 not drawn.`] : [];
  });
}

/** A picture an arm, all with the same axes, and where there are several arms one of all. */
export function OveroptCharts({ arms, fits }: ChartsProps): ReactNode {
  const domain = useMemo(() => domainOf(arms.flatMap((arm) => tracesOf(arm, fits))), [arms, fits]);
  return (
    <div className={screen.figures}>
      {arms.length > 1 && <AllArms arms={arms} fits={fits} />}
      {arms.map((arm) => (
        <ArmFigure key={arm.id} arm={arm} fits={fits} domain={domain} shared={arms.length > 1} />
      ))}
    </div>
  );
}

interface ArmFigureProps {
  readonly arm: OveroptArm;
  readonly fits: readonly OveroptFit[];
  readonly domain: OveroptDomain;
  /** Whether other pictures have the same axes. */
  readonly shared: boolean;
}

function ArmFigure({ arm, fits, domain, shared }: ArmFigureProps): ReactNode {
  const traces = useMemo(() => tracesOf(arm, fits), [arm, fits]);
  const draw = useCallback((drawing: FigureDrawing) => drawOveropt(traces, domain, drawing), [traces, domain]);
  const title = `${arm.label}: gold and proxy`;
  if (traces.length === 0) {
    return (
      <section>
        <h3 className={screen.subheading}>
          <ArmMark armId={arm.id} /> {title}
        </h3>
        <p className={screen.text}>{gaps(arm).join(' ')}</p>
      </section>
    );
  }
  return (
    <Figure
      heading="h3"
      title={title}
      file={`overoptimisation-${arm.id}`}
      about={{
        meaning: 'What the policy gains over SFT as it moves away from it: by the reward that it is trained on or chosen by (proxy), and by gold utility. Where gold turns while the proxy rises, the reward is over-optimised.',
        caveat: CAVEATS,
        source: CITATION,
      }}
      words={`${title}. ${PATHS.map((path) => pathWords(arm, path)).join('; ')}`}
      draw={draw}
      csv={() => overoptCsv([arm], fits)}
      note={[KEY, UNITS, ...(shared ? ['The pictures of the arms have the same axes.'] : []), OTHER_PROMPTS, ...gaps(arm)].join(' ')}
    />
  );
}

function AllArms({ arms, fits }: ChartsProps): ReactNode {
  const [path, setPath] = useState<Path>('rl');
  const traces = useMemo(
    () => arms.map((arm) => traceOf(arm, path, 'gold', fits, arm.label)).filter(({ points }) => points.length > 0),
    [arms, fits, path],
  );
  const domain = useMemo(() => domainOf(traces), [traces]);
  const draw = useCallback((drawing: FigureDrawing) => drawOveropt(traces, domain, drawing), [traces, domain]);
  const without = arms
    .filter((arm) => arm.paths[path].points.length === 0)
    .map((arm) => `${arm.label}: ${arm.paths[path].reason ?? 'no points'}`);
  return (
    <Figure
      heading="h3"
      title="Gold of all arms"
      file={`overoptimisation-gold-${path}`}
      about={{
        meaning: 'What each policy gains over SFT by gold utility, in average facts, at the KL that it spent.',
        caveat: `One run of each: a gap between two arms may be luck of the seed. ${CAVEATS}`,
        source: CITATION,
      }}
      words={`Gold of all arms, ${PATH_NAMES[path]}. ${arms.map((arm) => `${arm.label}, ${pathWords(arm, path)}`).join('; ')}`}
      draw={draw}
      csv={() => overoptCsv(arms, fits)}
      note={[
        `Gold along ${PATH_NAMES[path]}, in average facts, with the fitted forms.`,
        ...(without.length > 0 ? [`Not drawn: ${without.join('; ')}.`] : []),
      ].join(' ')}
    >
      <SegmentedControl
        size="xs"
        aria-label="Path of the picture of all arms"
        value={path}
        onChange={setPath}
        data={PATHS.map((value) => ({ value, label: PATH_NAMES[value] }))}
      />
    </Figure>
  );
}
