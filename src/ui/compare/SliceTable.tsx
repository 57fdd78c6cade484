import { NativeSelect, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Couple } from '../../experiments/compareMeasures';
import type { Column } from '../../experiments/comparePosts';
import { DIMENSIONS, type Dimension, type Slice } from '../../experiments/compareSlices';
import { RateMark } from '../playground/RateMark';
import { number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import screen from '../shared/screen.module.css';
import classes from './compare.module.css';
import { useCompare } from './store';
import { useWords } from '../shared/taskWords';
import { dimensionWords } from './words';

interface SliceTableProps {
  readonly slices: readonly Slice[];
  readonly columns: readonly Column[];
  readonly couple: Couple;
}

/** The win rate of one column over the other on parts of the prompts; a part filters the table. */
export function SliceTable({ slices, columns, couple }: SliceTableProps): ReactNode {
  const dimension = useCompare((state) => state.look.dimension);
  const chosen = useCompare((state) => state.look.slice);
  const set = useCompare((state) => state.set);
  const [a, b] = [columns[couple.a]!, columns[couple.b]!];
  const words = useWords();
  const { prompt, prompts } = words;
  const counted = slices.filter(({ winRate }) => winRate);
  return (
    <section className={`${screen.panel} ${classes.parts}`} aria-labelledby="compare-slices">
      <div className={classes.head}>
        <h3 id="compare-slices" className={screen.subheading}>
          {a.label} against {b.label}, by{' '}
          <InfoTip
            label={`win rates on parts of the ${prompts}`}
            meaning={`The share of a part's ${prompts} on which ${a.label} has more gold utility than ${b.label}; ties count half. Brackets: 95% Wilson interval, over ${prompts}. Press a part to see its ${prompts} alone.`}
            caveat="Parts are small, and the more of them one looks at, the likelier one stands out by luck."
          />
        </h3>
        <NativeSelect
          size="xs"
          aria-label={`Parts of the ${prompts}`}
          value={dimension}
          onChange={(event) => set({ dimension: event.currentTarget.value as Dimension })}
          data={DIMENSIONS.map((value) => ({ value, label: dimensionWords(words)[value] }))}
        />
      </div>
      {counted.length === 0 ? (
        <p className={screen.text}>No {prompt} to count.</p>
      ) : (
        <ul className={classes.slices}>
          {counted.map(({ id, label, winRate, wins, ties, losses }) => (
            <li key={id}>
              <UnstyledButton
                className={classes.slice}
                aria-pressed={chosen === id}
                onClick={() => set({ slice: chosen === id ? undefined : id })}
              >
                <span className={classes.sliceName}>{label}</span>
                <RateMark estimate={winRate!} armId={a.armId} />
                <span className={classes.soft}>
                  {number(wins)} won, {number(ties)} tied, {number(losses)} lost
                </span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
