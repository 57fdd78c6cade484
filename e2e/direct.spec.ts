import { expect, test, type Page } from '@playwright/test';
import { startFakeProvider } from '../src/labelers/llm/testing/fakeProvider';
import { expectAccessible, expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

const KEY = 'sk-secret-of-this-test-9876543210';

/** Sets up the model under Labelers, where the page is now. */
async function setUpModel(page: Page, baseUrl: string): Promise<void> {
  await page.getByLabel('Provider', { exact: true }).selectOption('Another server');
  await page.getByLabel('Base URL').fill(baseUrl);
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('combobox', { name: 'Model' }).fill('fake-judge');
  await page.keyboard.press('Escape');
  await page.getByLabel('$ per million tokens in').fill('1');
  await page.getByLabel('$ per million tokens out').fill('4');
  await page.getByLabel('Spend at most, a run').fill('1');
}

test('a language model behind a URL scores what a policy writes, within its cap', LONG, async ({ page }) => {
  const { problems } = watch(page);
  const provider = await startFakeProvider({ host: 'localhost', key: KEY });
  try {
    await page.goto('./?backend=cpu');
    await expect(page.getByText('Recorded on')).toBeVisible();
    await set(page, SMALL);
    await page.getByRole('button', { name: 'Add an arm' }).click();
    await page.getByRole('menuitem', { name: /^d-RLAIF/ }).click();
    for (const name of ['RLHF', 'RLAIF']) await page.getByRole('switch', { name: `${name} runs`, exact: true }).press('Space');
    await page.getByRole('button', { name: 'Edit d-RLAIF' }).click();
    const drawer = page.getByRole('dialog', { name: /^Edit/ });
    await drawer.getByLabel('AI labeler', { exact: true }).selectOption('llm');
    await expect(drawer.getByTestId('arm-scorer')).toContainText('Cannot run yet. Choose a model first.');
    await expect(drawer.getByTestId('arm-scorer')).toContainText('At most 160 responses');
    await expect(drawer.getByLabel('Judge size', { exact: true })).toBeHidden();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('Choose a model first.');
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Edit d-RLAIF' }).click();
    await drawer.getByRole('button', { name: 'Set it up under Labelers' }).click();
    await setUpModel(page, provider.baseUrl);
    await page.getByRole('link', { name: 'Playground' }).click();
    await page.getByRole('button', { name: 'Edit d-RLAIF' }).click();
    await expect(drawer.getByTestId('arm-scorer')).toContainText(/Scored by fake-judge.*At most about 160 calls, .*: about \$/);
    await expectAccessible(page);
    await page.keyboard.press('Escape');

    await runToItsEnd(page, 840_000);
    const scoring = page.getByTestId('scoring');
    await expect(scoring).toContainText(/^fake-judge has scored \d+ of at most 160 different responses; \$[\d.]+ of at most \$1\.00 spent/);
    const scored = page.getByRole('region', { name: 'Pipeline' }).getByRole('group', { name: 'd-RLAIF' });
    await expect(scored).toContainText('AI scores');
    const verdict = page.getByRole('region', { name: 'Verdict' });
    await expect(verdict.getByRole('row', { name: /fake-judge by scores.*scored 64 pairs, and all that RL wrote, \$/ })).toBeVisible();
    await expectWellMade(page);

    // Another run of the same settings writes the same: all is stored, nothing is paid for.
    const calls = provider.seen.length;
    await runToItsEnd(page, 840_000);
    await expect(scoring).toContainText('$0 of at most $1.00 spent');
    expect(provider.seen.length).toBe(calls);
    expect(problems).toEqual([]);
  } finally {
    await provider.close();
  }
});
