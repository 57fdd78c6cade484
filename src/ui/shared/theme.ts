import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#f1effb', '#dfdaf4', '#bdb3ea', '#b7a9fa', '#8473cf', '#6a57c0', '#5542b0', '#4a389e', '#3e2f86', '#33266f',
];

/** Mantine's dark surfaces with the page's own tint. */
const dark: MantineColorsTuple = [
  '#d5d9dd', '#b8bec5', '#98a1aa', '#77818b', '#4a525b', '#363d45', '#272c32', '#1b1f23', '#16191c', '#101214',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 5 },
  colors: { accent, dark },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
  focusRing: 'auto',
});

/** Mantine's surfaces in the page's colours, so that both read as one. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-soft)',
    '--mantine-color-placeholder': 'var(--ink-soft)',
    '--mantine-color-default-border': 'var(--line)',
    '--mantine-color-error': 'var(--bad-ink)',
  };
  return { variables: {}, light: shared, dark: shared };
};
