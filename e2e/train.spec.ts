import { expect, test } from '@playwright/test';
import { expectWellMade, LONG, set, SMALL, watch } from './support';

test('labelers of the lab train the arms of a run, and alignment stands against win rate', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SMALL);
  await page.getByLabel('Seed', { exact: true }).fill('5');
  await page.getByLabel('Seed', { exact: true }).press('Tab');
  await page.getByRole('link', { name: 'Labelers' }).click();
  await page.getByLabel('Pairs judged, at most').fill('48');
  await page.getByLabel('Pairs judged, at most').press('Tab');
  for (const box of await page.getByRole('checkbox').all()) await box.setChecked(false);
  await page.getByRole('checkbox', { name: 'One annotator a pair' }).check();
  await page.getByRole('checkbox', { name: 'Longer wins' }).check();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByTestId('lab-announcement')).toHaveText('All labelers are done.', { timeout: 240_000 });

  const train = page.getByRole('region', { name: /^Train on these labels/ });
  const start = train.getByRole('button', { name: 'Train on these labels' });
  await expect(train.getByRole('checkbox', { name: 'one annotator' })).toBeChecked();
  await train.getByRole('checkbox', { name: 'one annotator' }).uncheck();
  await train.getByRole('checkbox', { name: 'longer wins' }).uncheck();
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await expect(train).toContainText('Choose at least one labeler.');
  await train.getByRole('checkbox', { name: 'longer wins' }).check();
  await train.getByRole('checkbox', { name: 'one annotator' }).check();
  await expect(train).toContainText('48 pairs that all of them labelled train 2 arms');
  await expect(train).toContainText('Seed: 5 → 1');
  await start.click();

  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 840_000 });
  const pipeline = page.getByRole('region', { name: 'Pipeline' });
  await expect(pipeline.getByRole('group', { name: 'RLHF, one annotator' })).toContainText('Given labels48 pairs');
  await expect(pipeline.getByRole('group', { name: 'longer wins' })).toBeVisible();
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict.getByRole('row', { name: /longer wins.*beats SFT/ })).toBeVisible();
  await expect(verdict).toContainText('48 human');
  await expect(page.getByRole('img', { name: /^Alignment against win rate: RLHF, one annotator: labeler agrees \d.*longer wins: / })).toBeVisible();
  await page.getByRole('button', { name: 'Save chart: Alignment against win rate' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Every point, CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('alignment-against-win-rate.csv');
  await expectWellMade(page);

  // The run is kept, its labels are not: another needs them from the lab again, or other arms.
  await page.reload();
  await expect(page.getByText('Kept in this browser')).toBeVisible();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('The labels of this run came from the labeler lab');
  await page.getByRole('button', { name: 'Back to RLHF and RLAIF' }).click();
  await expect(page.getByText('RLHF, one annotator: other feedback, now RLHF · with RLAIF · without longer wins')).toBeVisible();
  expect(problems).toEqual([]);
});
