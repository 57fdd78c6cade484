import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { labelFileSchema } from '../src/core/labReport';
import { startFakeProvider } from '../src/labelers/llm/testing/fakeProvider';
import { watch } from './support';

const PAIRS = 60;

async function openLab(page: Page): Promise<void> {
  await page.goto('./?backend=cpu&view=lab');
  await expect(page.getByRole('heading', { name: /^How far can a labeler be trusted/ })).toBeVisible();
  await page.getByLabel('Pairs judged, at most').fill(String(PAIRS));
  await page.getByLabel('Pairs judged, at most').press('Tab');
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByTestId('lab-announcement')).toHaveText('All labelers are done.', { timeout: 60_000 });
}

const row = (page: Page, name: string | RegExp) => page.getByTestId('lab-leaderboard').getByRole('row', { name });

test('people and rules judge the built-in world; labels go out and come back', async ({ page }) => {
  const { problems } = watch(page);
  await openLab(page);
  await page.getByRole('checkbox', { name: 'Small judge' }).uncheck();
  await run(page);

  await expect(row(page, /one annotator/)).toContainText(/\d+\.\d%/);
  await expect(row(page, 'longer wins')).toContainText('100.0%');
  await page.getByRole('button', { name: 'Labeler', exact: true }).click();
  await expect(page.getByTestId('lab-leaderboard').getByRole('columnheader', { name: /^Labeler/ })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByRole('img', { name: /^Agreement with people: .*longer wins \d/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Reliability of/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Agreement of each two' })).toContainText('People');
  const disputes = page.getByTestId('lab-disputes');
  await expect(disputes).toContainText('1 of 60');
  await disputes.getByRole('button', { name: 'Next' }).click();
  await expect(disputes).toContainText('2 of 60');

  const agreement = await row(page, 'longer wins').textContent();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Labels', exact: true }).click()]);
  const file = await download.path();
  expect(labelFileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).labelers).toHaveLength(5);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByText('Nothing is labelled yet.')).toBeVisible();
  await page.getByLabel('File of labels').setInputFiles(file);
  await expect(page.getByText('labels of 5 labelers belong to these pairs')).toBeVisible();
  expect(await row(page, 'longer wins').textContent()).toBe(agreement);

  await page.getByRole('checkbox', { name: 'An LLM behind a URL' }).check();
  await page.getByText('The exact prompt for the first pair').click();
  await expect(page.getByLabel('Message of user')).toContainText('Which summary is better?');
  for (const [colorScheme, width, height] of [['light', 1440, 900], ['dark', 390, 844]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }
  expect(problems).toEqual([]);
});

test('a file of pairs is judged by a language model over HTTP, and its key stays out of everything kept', async ({ page }) => {
  const key = 'sk-secret-of-this-test-0123456789';
  const provider = await startFakeProvider({ host: 'localhost', key });
  try {
    await page.goto('./?view=lab');
    await page.getByText('Your own').click();
    const lines = Array.from({ length: 24 }, (_, i) => JSON.stringify({
      prompt: `How do I cook ${i} eggs?`, chosen: `Cook ${i} eggs in boiling water.`, rejected: 'No idea, sorry.',
    }));
    await page.getByLabel('File of pairs').setInputFiles({
      name: 'eggs.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from([...lines, 'not JSON'].join('\n')),
    });
    await expect(page.getByTestId('lab-import')).toContainText('24 pairs kept of 24 comparisons, 1 unusable rows');
    await expect(page.getByTestId('lab-import')).toContainText('Line 25');

    await page.getByRole('checkbox', { name: 'An LLM behind a URL' }).check();
    await page.getByLabel('Provider', { exact: true }).selectOption('Another server');
    await page.getByLabel('Base URL').fill(provider.baseUrl);
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'List', exact: true }).click();
    await expect(page.getByTestId('lab-announcement')).toHaveText(/models are listed/);
    await page.getByRole('combobox', { name: 'Model' }).fill('fake-judge');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByTestId('lab-connection')).toContainText('The model answers.');
    await page.getByText('The exact prompt for the first pair').click();
    await expect(page.getByRole('group').filter({ hasText: 'The request as it is sent' }).first()).toContainText('boiling water');
    await run(page);
    await expect(row(page, 'fake-judge')).toContainText('100.0%');
    await expect(page.getByText(/49 calls, read from log-probabilities/)).toBeVisible();

    const calls = provider.seen.length;
    await run(page);
    expect(provider.seen.length).toBe(calls);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Labels', exact: true }).click()]);
    const kept = await page.evaluate(async () => {
      const values: string[] = [location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const opening = indexedDB.open(name!);
          opening.onsuccess = () => resolve(opening.result);
          opening.onerror = () => reject(new Error('not opened'));
        });
        for (const store of database.objectStoreNames) {
          const objects = database.transaction(store).objectStore(store);
          for (const asked of [objects.getAllKeys(), objects.getAll()]) {
            await new Promise((resolve) => (asked.onsuccess = resolve));
            values.push(JSON.stringify(asked.result));
          }
        }
        database.close();
      }
      return values.join('\n');
    });
    expect(kept).toContain('fake-judge');
    expect(kept).not.toContain(key);
    expect(await readFile(await download.path(), 'utf8')).not.toContain(key);
  } finally {
    await provider.close();
  }
});

test('the visitor votes by keyboard, blind; votes survive a reload and can be forgotten', async ({ page }) => {
  const { problems } = watch(page);
  const lines = Array.from({ length: 24 }, (_, i) => JSON.stringify({
    prompt: `How do I cook ${i} eggs?`, chosen: `Cook ${i} eggs in boiling water. ${'Mind the shell. '.repeat(40)}`, rejected: 'No idea, sorry.',
  }));
  const openVotes = async (): Promise<void> => {
    await page.goto('./?view=lab');
    await page.getByText('Your own').click();
    await page.getByLabel('File of pairs').setInputFiles({
      name: 'eggs.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines.join('\n')),
    });
    await expect(page.getByTestId('lab-import')).toContainText('24 pairs kept');
    await page.getByRole('checkbox', { name: 'You', exact: true }).check();
  };
  const voted = page.getByTestId('lab-voted');
  const box = page.getByRole('region', { name: /^Which response is better/ });
  await openVotes();
  // The checkbox has the focus: keys are its own.
  await page.keyboard.press('1');
  await expect(voted).toHaveText('0 of 27 answered');
  const question = await box.getByRole('group', { name: 'Prompt' }).textContent();
  await page.getByRole('heading', { name: /^Which response is better/ }).click();
  const keys = ['ArrowLeft', 'ArrowRight', '1', '2', '=', 't', 'b', 's', 'ArrowLeft', 'ArrowLeft', 'ArrowRight'];
  for (const [i, key] of keys.entries()) {
    await page.keyboard.press(key);
    await expect(voted).toHaveText(`${keys.slice(0, i + 1).filter((one) => one !== 's').length} of 27 answered`);
  }
  await page.keyboard.press('Backspace');
  await expect(voted).toHaveText('9 of 27 answered');
  await page.keyboard.press('Control+b');
  await page.keyboard.press('B');
  await expect(voted).toHaveText('10 of 27 answered');
  await expect(page.getByTestId('lab-others')).toHaveCount(0);
  await box.getByRole('switch', { name: 'Show what others said, after my vote' }).click();
  await expect(page.getByTestId('lab-others')).toContainText(/^Last pair, for response 1: people (0|100)%\. Your vote: both bad\./);
  for (const [colorScheme, width, height] of [['light', 1440, 900], ['dark', 390, 844]] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  }

  await openVotes();
  await expect(voted).toHaveText('10 of 27 answered');
  for (let answered = 11; answered <= 25; answered++) {
    await box.getByRole('button', { name: 'Response 1', exact: true }).click();
    await expect(voted).toHaveText(`${answered} of 27 answered`);
  }
  await expect(row(page, 'you')).toContainText(/\d+\.\d%/);
  await box.getByRole('button', { name: 'Forget my votes' }).click();
  await box.getByRole('button', { name: 'Forget', exact: true }).click();
  await expect(voted).toHaveText('0 of 27 answered');
  await expect(page.getByText('Nothing is labelled yet.')).toBeVisible();
  await openVotes();
  await expect(voted).toHaveText('0 of 27 answered');
  expect(await box.getByRole('group', { name: 'Prompt' }).textContent()).toBe(question);
  expect(problems).toEqual([]);
});
