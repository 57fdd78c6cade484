import { expect, test } from '@playwright/test';
import { expectWellMade, LONG, set, SMALL, watch } from './support';

test('the weights of fine-grained rewards are turned while an arm is trained, and the run says so', LONG, async ({ page }) => {
  test.setTimeout(300_000);
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, { ...SMALL, 'rl.iterations': '12', 'rewardModel.kind': 'fine', 'rewardModel.epochs': '1' });
  // Marks are set by people alone.
  await page.getByRole('switch', { name: 'RLAIF runs' }).press('Space');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const panel = page.getByRole('region', { name: /^Rewards of RLHF/ });
  await expect(panel).toBeVisible({ timeout: 200_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await panel.getByLabel('Price of inventions', { exact: true }).fill('4');
  await expect(panel.getByRole('button', { name: 'Back to the settings' })).toBeVisible();
  await expectWellMade(page);
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 200_000 });
  await expect(panel).toBeHidden();
  await expect(page.getByText(/RLHF.*: the weights of its rewards were turned while it ran: from iteration \d+ coverage 1, inventions 4/)).toBeVisible();
  expect(problems).toEqual([]);
});
