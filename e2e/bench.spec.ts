import { expect, test, type Page } from '@playwright/test';
import { benchReportSchema } from '../src/core/benchReport';
import { expectWellMade, watch } from './support';

async function measure(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByTestId('bench-announcement')).toHaveText('This machine is measured.', { timeout: 240_000 });
}

test('a visitor measures the machine, copies the report, and finds it again', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu&quick');
  await page.getByRole('link', { name: 'Speed' }).click();
  await expect(page.getByRole('heading', { name: 'How fast is this machine?' })).toBeVisible();
  await measure(page);
  const table = page.getByRole('region', { name: /^CPU engine/ }).getByRole('table');
  for (const work of ['SFT step', 'Reward-model step', 'Rollout', 'RL iteration']) {
    await expect(table.getByRole('row', { name: new RegExp(work) })).toContainText(/\d+%/);
  }
  await expect(page.getByText(/The training of a default run takes about .* an arm/)).toBeVisible();

  const report = benchReportSchema.parse(JSON.parse((await page.getByTestId('bench-json').textContent())!));
  expect(report).toMatchObject({ size: 'default', quick: true, engines: [{ engine: 'cpu' }] });
  const [{ peakGflops, workloads }] = report.engines as [(typeof report.engines)[number]];
  for (const { gflops } of workloads) expect(gflops).toBeLessThan(2 * peakGflops);

  await page.reload();
  await expect(page.getByTestId('bench-json')).toHaveText(JSON.stringify(report, null, 1));
  await page.getByRole('link', { name: 'Playground' }).click();
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'How fast is this machine?' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('a measurement can be stopped', async ({ page }) => {
  await page.goto('./?view=bench&backend=cpu&start=large');
  await expect(page.getByRole('progressbar', { name: 'Measured so far' })).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByTestId('bench-announcement')).toHaveText('The measurement was stopped.');
  await expect(page.getByText('Nothing measured yet')).toBeVisible();
});

test('no accessibility violations and no sideways scroll, light and wide, dark and narrow', async ({ page }) => {
  const { problems } = watch(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./?view=bench&backend=cpu&quick');
  await measure(page);
  await expectWellMade(page);
  expect(problems).toEqual([]);
});
