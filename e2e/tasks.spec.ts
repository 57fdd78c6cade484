import { expect, test } from '@playwright/test';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

test('another task is one choice away, and what does not ship for it cannot be chosen', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByRole('combobox', { name: 'Task', exact: true }).selectOption('helpful');
  await expect(page.getByText('Task: Forum post to TL;DR → Helpful dialogue')).toBeVisible();
  await page.getByRole('button', { name: /^All settings/ }).click();
  const drawer = page.getByRole('dialog', { name: 'All settings' });
  const size = drawer.getByLabel('Judge size', { exact: true });
  await expect(size.locator('option[value="m"]')).toBeEnabled();
  await expect(size.locator('option[value="l"]')).toBeDisabled();
  expect(problems).toEqual([]);
});

test('harmless dialogues: two reward models, rates of every arm, and the chart of help against harmlessness', LONG, async ({ page }) => {
  test.setTimeout(300_000);
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByRole('combobox', { name: 'Task', exact: true }).selectOption('harmless');
  await page.getByRole('button', { name: 'Helpful against harmless' }).click();
  await set(page, { ...SMALL, 'rewardModel.epochs': '1' });
  await runToItsEnd(page, 250_000);
  const measured = page.getByRole('region', { name: 'Measurements, table' });
  for (const row of ['Harmless', 'Helps', 'Over-refusal']) await expect(measured.getByRole('rowheader', { name: new RegExp(`^${row} %`) })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Helpful against harmless\. SFT: helps \d+%, harmless \d+%; RLHF, 0% harmless/ })).toBeVisible();
  await expect(page.getByText('by the weight of harmlessness, 0.00, 0.25, 0.50, 0.75, 1.00')).toBeVisible();
  // Its own words, and posts nowhere.
  await expect(page.getByText(/^Win rates on test dialogues/)).toBeVisible();
  await expect(page.getByText(/\bposts\b/i)).toHaveCount(0, { timeout: 10_000 });
  await expectWellMade(page);
  expect(problems).toEqual([]);
});
