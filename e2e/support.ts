import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { FIELD_LIST } from '../src/core/fields';

/** Twenty seconds and more on two cores: left out of `npm test`, run by `npm run test:browser`. */
export const LONG = { tag: '@long' } as const;

/** The default flow at its smallest that still says something: shipped policy, judge, both arms. */
export const SMALL = {
  'pairs.count': '96',
  'rl.iterations': '4',
  'rl.batch': '8',
  'evaluation.every': '2',
  'evaluation.validationPosts': '16',
  'evaluation.testPosts': '48',
  'evaluation.diversityPosts': '2',
  'evaluation.diversitySamples': '2',
};

/** Collects what must not happen on any page: errors on the console, broken scripts, requests that leave the origin. */
export function watch(page: Page): { readonly problems: string[] } {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`));
  page.context().on('request', (request) => {
    const url = new URL(request.url());
    const local = url.protocol === 'blob:' || url.protocol === 'data:' || url.hostname === 'localhost';
    if (!local) problems.push(`request to ${url.origin}`);
  });
  return { problems };
}

/** Changes settings in the drawer of all settings, by their paths. */
export async function set(page: Page, settings: Readonly<Record<string, string>>): Promise<void> {
  await page.getByRole('button', { name: /^All settings/ }).click();
  const drawer = page.getByRole('dialog', { name: 'All settings' });
  await expect(drawer).toBeVisible();
  for (const [path, value] of Object.entries(settings)) {
    const entry = FIELD_LIST.find((candidate) => candidate.path === path);
    if (!entry) throw new Error(`no setting ${path}`);
    // A section may be named like one of its fields.
    const control = drawer.getByLabel(entry.field.label, { exact: true }).and(page.locator('input, select'));
    if (entry.field.kind === 'choice') await control.selectOption(value);
    else {
      await control.fill(value);
      await control.press('Enter');
    }
  }
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
}

/** Presses Run and waits for the end of the run. */
export async function runToItsEnd(page: Page, timeout: number): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout });
}

/** No rule of accessibility broken and nothing wider than the screen, as the page stands. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
}

/** The same on a desk by day and on a phone by night. */
export async function expectWellMade(page: Page): Promise<void> {
  for (const [colorScheme, width, height] of [['light', 1440, 900], ['dark', 390, 844]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    await expectAccessible(page);
  }
}
