import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { expectWellMade, LONG, set, watch } from './support';

test('two seeds of a small experiment over one setting are run, drawn, saved and loaded again', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await set(page, { 'pairs.count': '100', 'rl.iterations': '5', 'evaluation.testPosts': '50', 'evaluation.validationPosts': '20', 'evaluation.diversityPosts': '2', 'evaluation.diversitySamples': '2' });
  await page.getByRole('link', { name: 'Sweeps' }).click();
  await expect(page.getByRole('heading', { name: /^Would it come out the same again/ })).toBeVisible();
  await expect(page.getByText('No runs yet.')).toBeVisible();

  await page.getByLabel('Seeds to').fill('2');
  await page.getByRole('button', { name: 'Vary a setting' }).click();
  await page.getByRole('combobox', { name: 'Setting' }).fill('KL coefficient');
  await page.getByRole('option', { name: 'KL coefficient', exact: true }).click();
  await page.getByRole('textbox', { name: 'Values' }).fill('0.3..0.1');
  await expect(page.getByText(/runs downwards/).first()).toBeVisible();
  await page.getByRole('textbox', { name: 'Values' }).fill('0, 0.1');
  await expect(page.locator('#sweep-state')).toContainText('2 seeds × 2 values: 4 runs');
  await expectWellMade(page);

  await page.getByRole('button', { name: 'Start the sweep' }).click();
  await expect(page.getByTestId('sweep-announcement')).toContainText('The sweep has ended: 4 runs finished', { timeout: 840_000 });
  await expect(page.getByTestId('sweep-summary')).toContainText('4 runs with 2 seeds. They differ in: KL coefficient (2 values)');
  const table = page.getByTestId('sweep-table');
  await expect(table.getByRole('row', { name: /^KL coefficient 0\.1/ })).toContainText('n = 2');
  await expect(page.getByTestId('sweep-paired')).toContainText('p ');
  await expect(page.getByRole('img', { name: /^Gold utility against KL coefficient/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Gold utility on validation posts, means over seeds/ })).toBeVisible();
  await page.getByLabel('Figure', { exact: true }).selectOption('Wins against SFT');
  await expect(table).toContainText('%');
  await page.getByLabel('Band').selectOption('each run');
  await expectWellMade(page);

  const figures = await table.textContent();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save runs' }).click()]);
  const file = await download.path();
  const bundles = JSON.parse(await readFile(file, 'utf8')) as unknown[];
  expect(bundles).toHaveLength(4);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByText('No runs yet.')).toBeVisible();

  // Each run as a file of its own, as Node writes them, one of them twice, and one that is none.
  await page.getByLabel('Files of runs', { exact: true }).setInputFiles([
    ...[...bundles, bundles[0]].map((bundle, i) => ({ name: `run-${i}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle)) })),
    { name: 'other.json', mimeType: 'application/json', buffer: Buffer.from('{}') },
  ]);
  await expect(page.getByTestId('sweep-loaded')).toContainText('4 runs loaded. 1 more has the settings of a run that is here');
  await expect(page.getByTestId('sweep-loaded')).toContainText('other.json: no run');
  await page.getByLabel('Figure', { exact: true }).selectOption('Wins against SFT');
  expect(await table.textContent()).toBe(figures);
  await expectWellMade(page);
  expect(problems).toEqual([]);
});
