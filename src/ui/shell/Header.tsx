import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { BENCH_SIZES, type DeviceBench } from '../../core/benchReport';
import type { Device } from '../../core/bundle';
import { ArmMark, useScheme } from '../shared/ArmMark';
import { day, number } from '../shared/format';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import classes from './App.module.css';
import { addressOf, showView, useView, VIEWS, type View } from './view';

const ENGINES: Readonly<Record<Device['engine'], string>> = {
  cpu: 'CPU engine (WebAssembly)',
  gpu: 'GPU engine (WebGPU)',
  reference: 'reference engine (tfjs)',
};

function cores(count: number): string {
  return `${count} core${count === 1 ? '' : 's'}`;
}

/** What a bench said of the engine before the run. */
function measuredWords({ measuredAt, size, tokensPerSecond }: DeviceBench): string {
  const { width, layers } = BENCH_SIZES[size];
  return (
    `Measured ${day(measuredAt)} at width ${width}, ${layers} layer${layers === 1 ? '' : 's'}, one thread: ` +
    `${number(tokensPerSecond.sft)} tokens a second in SFT, ${number(tokensPerSecond.rollout)} written a second in rollouts.`
  );
}

/** What the shown run ran on, and why. */
function DeviceLine(): ReactNode {
  const shown = useRun((state) => state.shown);
  const device = shown?.device;
  if (!device) {
    return (
      <span className={classes.device}>
        Engine: chosen at the first run
        <InfoTip
          label="the engine"
          meaning="Training runs on the GPU where the browser offers one through WebGPU, otherwise in WebAssembly on the cores of the CPU. Add ?backend=cpu or ?backend=webgpu to the address to choose. Nothing is sent to a server."
        />
      </span>
    );
  }
  return (
    <span className={classes.device}>
      <span>
        {shown.origin === 'here' ? '' : 'Shown run: '}
        {ENGINES[device.engine]}, {cores(device.cores)}
      </span>
      <InfoTip
        label="the engine"
        meaning={
          <>
            {device.description}. {device.reason} {device.bench && measuredWords(device.bench)}
          </>
        }
        caveat="The same settings and build give the same numbers on the same engine; another engine sums in another order and differs in the last digits."
        source="Add ?backend=cpu or ?backend=webgpu to the page's address to choose yourself."
      />
    </span>
  );
}

function SchemeToggle(): ReactNode {
  const { setColorScheme } = useMantineColorScheme();
  const other = useScheme() === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Switch to the ${other} theme`}
      onClick={() => setColorScheme(other)}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden>
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5Z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}

/** The screens by name. */
export const TITLES: Readonly<Record<View, string>> = {
  playground: 'Playground',
  compare: 'Compare',
  sweep: 'Sweeps',
  overopt: 'Over-optimisation',
  runs: 'Runs',
  lab: 'Labelers',
  bench: 'Speed',
};

export function Header(): ReactNode {
  const view = useView();
  return (
    <header className={classes.header}>
      <h1 className={classes.name}>
        <ArmMark armId="rlhf" /> RLHF <span className={classes.versus}>against</span> <ArmMark armId="rlaif" /> RLAIF
      </h1>
      <nav aria-label="Screens" className={classes.tabs}>
        {VIEWS.map((id) => (
          <a
            key={id}
            href={addressOf(id, location.search)}
            aria-current={id === view ? 'page' : undefined}
            onClick={(event) => {
              // A new tab or window stays the browser's business.
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              if (id !== view) showView(id);
            }}
          >
            {TITLES[id]}
          </a>
        ))}
      </nav>
      <div className={classes.right}>
        <DeviceLine />
        <SchemeToggle />
      </div>
    </header>
  );
}
