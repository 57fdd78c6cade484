import type { ReactNode } from 'react';
import type { Histogram } from '../../experiments/compareHistogram';
import type { Couple, Measure } from '../../experiments/compareMeasures';
import type { Column } from '../../experiments/comparePosts';
import { armVariable, ArmMark, useScheme } from '../shared/ArmMark';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './compare.module.css';
import { capitalised } from '../../core/taskWords';
import { useWords } from '../shared/taskWords';
import { useCompare } from './store';
import { binWords, MEASURE_WORDS } from './words';

interface ScoreHistogramProps {
  readonly histogram: Histogram;
  readonly columns: readonly Column[];
  readonly couple: Couple;
  readonly measure: Measure;
}

/** How far two columns are apart, a bar a bin; a bar filters the table. */
export function ScoreHistogram({ histogram, columns, couple, measure }: ScoreHistogramProps): ReactNode {
  const chosen = useCompare((state) => state.look.bin);
  const set = useCompare((state) => state.set);
  const scheme = useScheme();
  const { prompt, prompts } = useWords();
  const { bins, width, n } = histogram;
  const [a, b] = [columns[couple.a]!, columns[couple.b]!];
  const names = { a: a.label, b: b.label };
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const total = (side: number): number => bins.reduce((sum, { index, count }) => sum + (Math.sign(index) === side ? count : 0), 0);
  const isChosen = (index: number): boolean => chosen?.index === index && chosen.width === width;
  return (
    <section className={`${screen.panel} ${classes.histogram}`} aria-labelledby="compare-histogram">
      <h3 id="compare-histogram" className={screen.subheading}>
        Difference in {MEASURE_WORDS[measure]}{' '}
        <InfoTip
          label="the histogram"
          meaning={`On every ${prompt}, ${a.label} minus ${b.label}. Grey in the middle is the neutral zone, in which neither is ahead by half a bin or more; it is wider than a tie. The bars at both ends may hold all that is larger. Press a bar to see its ${prompts} alone, and again to see all.`}
          caveat="Rewards can be compared only between arms that were scored by the same reward."
        />
      </h3>
      <p className={screen.text}>
        n = {number(n)} {prompts}: {b.label} ahead on {number(total(-1))}, neutral {number(total(0))}, {a.label} ahead on {number(total(1))}.
      </p>
      <div className={classes.bars} role="group" aria-label={`${capitalised(prompts)} by difference in ${MEASURE_WORDS[measure]}`}>
        {bins.map(({ index, from, to, count }) => {
          const side = index > 0 ? a : b;
          return (
            <button
              key={index}
              type="button"
              className={classes.bar}
              style={index === 0 ? undefined : armVariable(side.armId, scheme)}
              data-side={index === 0 ? 'neutral' : index > 0 ? 'a' : 'b'}
              aria-pressed={isChosen(index)}
              disabled={count === 0}
              aria-label={`${binWords({ index, from, to }, measure, names)}: ${number(count)} ${count === 1 ? prompt : prompts}`}
              title={`${binWords({ index, from, to }, measure, names)}: ${number(count)}`}
              onClick={() => set({ bin: isChosen(index) ? undefined : { index, width } })}
            >
              <span className={classes.count} aria-hidden>
                {count > 0 ? number(count) : ''}
              </span>
              <span className={classes.fill} style={{ height: `${(100 * count) / most}%` }} />
            </button>
          );
        })}
      </div>
      <div className={classes.ends}>
        <span>
          ← <ArmMark armId={b.armId} /> {b.label} ahead
        </span>
        <span>
          {a.label} <ArmMark armId={a.armId} /> ahead →
        </span>
      </div>
    </section>
  );
}
