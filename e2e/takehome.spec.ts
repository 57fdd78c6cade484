import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

async function openDrawer(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Take home', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Save Run bundle' })).toBeVisible();
}

/** Presses the button of a file. @returns the name and bytes that the browser was handed */
async function save(page: Page, name: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const text = ({ bytes }: { bytes: Uint8Array }): string => new TextDecoder().decode(bytes);

test('the recorded run leaves as files and comes back', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await openDrawer(page);

  const bundle = await save(page, 'Save Run bundle');
  const run = JSON.parse(text(bundle)) as {
    arms: { id: string; curves: Record<string, { value: number[] }>; samples: { answer: { gold: number } }[] }[];
  };
  const points = run.arms.flatMap(({ curves }) => Object.values(curves)).reduce((sum, { value }) => sum + value.length, 0);

  const metrics = await save(page, 'Save Metrics, CSV');
  expect(metrics.name).toMatch(/^run-\d{8}-\d{6}-metrics\.csv$/);
  const rows = text(metrics).trimEnd().split('\r\n');
  expect(rows[0]).toBe('run,seed,arm,steps_of,step,metric,value');
  expect(rows.length - 1).toBe(points);
  await expect(page.getByText(`Saved ${metrics.name}`)).toBeVisible();

  await page.getByLabel('Side by side, LLM Comparator: which').selectOption('rlaif/rlhf');
  const comparator = await save(page, 'Save Side by side, LLM Comparator');
  const file = JSON.parse(text(comparator)) as { models: object[]; examples: { score: number }[] };
  expect(file.models).toEqual([{ name: 'RLAIF' }, { name: 'RLHF' }]);
  const samples = (id: string): number[] => run.arms.find((arm) => arm.id === id)!.samples.map(({ answer }) => answer.gold);
  const [rlaif, rlhf] = [samples('rlaif'), samples('rlhf')];
  expect(file.examples).toHaveLength(rlaif.length);
  file.examples.forEach(({ score }, i) => expect(Math.sign(score)).toBe(Math.sign(rlaif[i]! - rlhf[i]!)));

  // A record has no weights: the button says why, and does nothing.
  const weights = page.getByRole('button', { name: 'Save Weights' });
  await expect(weights).toHaveAttribute('aria-disabled', 'true');
  await expect(weights).toHaveAccessibleDescription(/A record holds no weights/);
  await expectWellMade(page);

  const everything = await save(page, 'Save everything, one zip file');
  const files = unzipSync(everything.bytes);
  const names = Object.keys(files);
  expect(names).toEqual(expect.arrayContaining(['README.txt', metrics.name, comparator.name, 'charts/gold.svg']));
  expect(new TextDecoder().decode(files[metrics.name])).toBe(text(metrics));
  expect(new TextDecoder().decode(files['charts/gold.svg'])).toMatch(/^<svg [\s\S]*RLAIF[\s\S]*<\/svg>$/);

  await page.locator('input[aria-label="Run bundle"]').setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{"version":1}') });
  await expect(page.getByRole('alert')).toContainText('broken.json: no run that this page can read');
  await page.locator('input[aria-label="Run bundle"]').setInputFiles({ name: bundle.name, mimeType: 'application/json', buffer: bundle.bytes });
  await expect(page.getByRole('dialog', { name: 'Take home' })).toBeHidden();
  await expect(page.getByTestId('announcement')).toHaveText('The run of the file is shown.');
  await expect(page.getByText('From a file, recorded on')).toBeVisible();
  expect(problems).toEqual([]);
});

test('the drawer is used by keyboard and gives the focus back', async ({ page }) => {
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  const button = page.getByRole('button', { name: 'Take home', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  const first = page.getByRole('button', { name: 'Save everything, one zip file' });
  await expect(first).toBeVisible();
  for (let i = 0; i < 6 && !(await first.evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press('Tab');
  await expect(first).toBeFocused();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  await expect(first).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
});

test('a run made here has its pairs and weights', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SMALL);
  await runToItsEnd(page, 840_000);
  await openDrawer(page);
  await page.getByLabel('Preferences, TRL: which').selectOption({ label: 'Labels of RLAIF' });
  const preferences = text(await save(page, 'Save Preferences, TRL')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(preferences).toHaveLength(Number(SMALL['pairs.count']));
  expect(preferences[0]).toMatchObject({ labeler: expect.stringMatching(/^judge M/) });
  await page.getByLabel('Weights: which').selectOption({ label: 'RLHF' });
  const files = unzipSync((await save(page, 'Save Weights')).bytes);
  expect(Object.keys(files).sort()).toEqual([
    'rlhf/README.md', 'rlhf/config.json', 'rlhf/generation_config.json', 'rlhf/heads.safetensors', 'rlhf/model.safetensors',
    'rlhf/tokenizer.json', 'rlhf/tokenizer_config.json',
  ]);
  const config = JSON.parse(new TextDecoder().decode(files['rlhf/config.json'])) as { vocab_size: number; n_embd: number };
  const model = files['rlhf/model.safetensors']!;
  const header = JSON.parse(new TextDecoder().decode(model.subarray(8, 8 + new DataView(model.buffer, model.byteOffset).getUint32(0, true)))) as Record<string, { shape: number[] }>;
  expect(header['transformer.wte.weight']!.shape).toEqual([config.vocab_size, config.n_embd]);
  expect(problems).toEqual([]);
});
