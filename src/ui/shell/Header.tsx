import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Device } from '../../core/bundle';
import { ArmMark, useScheme } from '../shared/ArmMark';
import { InfoTip } from '../shared/InfoTip';
import { useRun } from '../shared/store';
import classes from './App.module.css';

const ENGINES: Readonly<Record<Device['engine'], string>> = {
  cpu: 'CPU engine (WebAssembly)',
  gpu: 'GPU engine (WebGPU)',
  reference: 'reference engine (tfjs)',
};

function cores(count: number): string {
  return `${count} core${count === 1 ? '' : 's'}`;
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
          meaning="Training runs in WebAssembly on the CPU, each arm on a core of its own; for models this small that is faster than calling a GPU. Add ?backend=webgpu to the address to use the GPU. Nothing is sent to a server."
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
            {device.description}. {device.reason}
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

export function Header(): ReactNode {
  return (
    <header className={classes.header}>
      <h1 className={classes.name}>
        <ArmMark armId="rlhf" /> RLHF <span className={classes.versus}>against</span> <ArmMark armId="rlaif" /> RLAIF
      </h1>
      <nav aria-label="Screens" className={classes.tabs}>
        <a href="#main" aria-current="page">
          Playground
        </a>
      </nav>
      <div className={classes.right}>
        <DeviceLine />
        <SchemeToggle />
      </div>
    </header>
  );
}
