import { expect, test } from '@playwright/test';
import { expectWellMade, watch } from './support';

test('a run that over-optimises is set up, begun and stopped; curves of a run and their fits are there', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu&view=overopt');
  await expect(page.getByRole('heading', { name: /^When does chasing a reward/ })).toBeVisible();

  // The recorded run is there at once, with its curves and their fits.
  await expect(page.getByTestId('overopt-source')).toContainText('The recorded run');
  await expect(page.getByRole('img', { name: /^RLHF: gold and proxy\. RL: \d+ points/ })).toBeVisible();
  const fits = page.getByTestId('overopt-fits');
  await expect(fits.getByRole('row', { name: /RLHF, RL, gold/ })).toBeVisible();
  await page.getByRole('switch', { name: 'Fit the proxy too' }).check();
  await expect(fits.getByRole('row', { name: /RLHF, RL, proxy/ })).toBeVisible();
  await expectWellMade(page);

  // A preset, changed and begun.
  await expect(page.getByRole('button', { name: /^No leash/ })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: /^Few pairs/ }).click();
  await expect(page.getByRole('button', { name: /^Few pairs/ })).toHaveAttribute('aria-pressed', 'true');
  await page.getByText('Settings of your own').click();
  for (const [label, value] of [['Pairs used', '100'], ['RL iterations', '15'], ['Best of up to n', '8']] as const) {
    const control = page.getByLabel(label, { exact: true }).and(page.locator('input'));
    await control.fill(value);
    await control.press('Enter');
  }
  await page.getByRole('button', { name: 'Start this run' }).click();
  await expect(page.getByTestId('announcement')).toContainText('Running on', { timeout: 240_000 });
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(page.getByTestId('overopt-source')).toContainText('The recorded run');

  await page.getByRole('button', { name: 'Save chart: RLHF: gold and proxy' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Every point, CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('overoptimisation-rlhf.csv');
  await expectWellMade(page);
  expect(problems).toEqual([]);
});
