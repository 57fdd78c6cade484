import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { WORLD_WAITS } from '../../experiments/labWorld';
import { isActive } from '../../experiments/runState';
import { useRun } from '../shared/store';
import { useLab } from './store';

/** Samples the pairs of the built-in world without asking anybody. Stands at the end of a line of text. */
export function SamplePairs(): ReactNode {
  const idle = useLab((state) => state.status === 'idle');
  const samplePairs = useLab((state) => state.samplePairs);
  const training = useRun((state) => isActive(state));
  return (
    <>
      <Button size="compact-xs" variant="default" loading={!idle} disabled={training} onClick={() => void samplePairs()}>
        Sample the pairs
      </Button>
      {training && ` ${WORLD_WAITS}`}
    </>
  );
}
