import { useComputedColorScheme } from '@mantine/core';
import type { CSSProperties, ReactNode } from 'react';
import { armStyle, type Marker, type Scheme } from './arms';

/** Outlines of the markers in a box of 10 by 10. */
const SHAPES: Readonly<Record<Marker, string>> = {
  circle: 'M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8Z',
  square: 'M1.5 1.5h7v7h-7Z',
  triangle: 'M5 1L9.3 8.6H.7Z',
  diamond: 'M5 .3L9.7 5L5 9.7L.3 5Z',
  star: 'M5 .4L6.3 3.7L9.8 3.9L7.1 6.1L8 9.6L5 7.7L2 9.6L2.9 6.1L.2 3.9L3.7 3.7Z',
  cross: 'M3.5 .8h3v2.7h2.7v3H6.5v2.7h-3V6.5H.8v-3h2.7Z',
  wye: 'M4 9.2V5.6L.9 3.7L2 2L5 3.8L8 2L9.1 3.7L6 5.6V9.2Z',
};

export function useScheme(): Scheme {
  return useComputedColorScheme('light');
}

/** The arm's colour as the CSS variable `--arm`, for styles of what belongs to it. */
export function armVariable(armId: string, scheme: Scheme): CSSProperties {
  return { '--arm': armStyle(armId).color(scheme) } as CSSProperties;
}

/** The arm's marker in its colour. Says nothing to a screen reader: its name stands beside it. */
export function ArmMark({ armId, size = 10 }: { readonly armId: string; readonly size?: number }): ReactNode {
  const style = armStyle(armId);
  const scheme = useScheme();
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" aria-hidden style={{ flex: 'none' }}>
      <path d={SHAPES[style.marker]} fill={style.color(scheme)} />
    </svg>
  );
}
