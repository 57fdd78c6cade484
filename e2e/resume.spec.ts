import { expect, test, type Page } from '@playwright/test';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

/** Long enough in RL for a checkpoint or two to be kept. */
const SETTINGS = { ...SMALL, 'rl.iterations': '60', 'evaluation.every': '20' };

/** What the verdict's tables say. */
async function verdictOf(page: Page): Promise<string[]> {
  return page.getByRole('region', { name: 'Verdict' }).getByRole('row').allInnerTexts();
}

/** The largest share of RL that is kept of the run under way. */
function keptOfRl(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('rlaif-playground-journal');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error!);
    });
    const keys = await new Promise<IDBValidKey[]>((resolve, reject) => {
      const reading = db.transaction('entries').objectStore('entries').getAllKeys();
      reading.onsuccess = () => resolve(reading.result);
      reading.onerror = () => reject(reading.error!);
    });
    const headers = await new Promise<{ active: { stage: string; share: number }[] }[]>((resolve, reject) => {
      const reading = db.transaction('headers').objectStore('headers').getAll();
      reading.onsuccess = () => resolve(reading.result);
      reading.onerror = () => reject(reading.error!);
    });
    db.close();
    const checkpoint = keys.some((key) => JSON.stringify(key).includes('piece policy'));
    return checkpoint ? Math.max(0, ...headers.flatMap(({ active }) => active.filter(({ stage }) => stage === 'rl').map(({ share }) => share))) : 0;
  });
}

test('a run that is cut short by a reload goes on where it was and comes to the same verdict', LONG, async ({ page, context }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SETTINGS);
  await runToItsEnd(page, 400_000);
  const whole = await verdictOf(page);
  expect(whole.join(' ')).toContain('RLAIF');
  // Nothing is left of a run that has finished.
  const offer = page.getByTestId('unfinished');
  await expect(offer).toHaveCount(0);

  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(() => keptOfRl(page), { timeout: 400_000, intervals: [250] }).toBeGreaterThan(0.05);
  const other = await context.newPage();
  await other.goto('./?backend=cpu');
  await expect(other.getByTestId('unfinished')).toContainText('A run is running in another tab.');
  await expect(other.getByRole('button', { name: 'Go on' })).toHaveCount(0);

  await page.reload();
  await expect(offer).toContainText('A run was cut short.');
  await expect(offer).toContainText(/RLHF, RLAIF: settings of your own, seed 1, begun .*in stage 6 of 7 \(.*REINFORCE \d+%/);
  await expectWellMade(page);
  await page.setViewportSize({ width: 1280, height: 720 });
  // The other tab hears that it may go on with it now.
  await expect(other.getByRole('button', { name: 'Go on' })).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText(/The run was interrupted and went on from what was kept of it/).first()).toBeVisible({ timeout: 120_000 });
  // Pressed at the same time in the other tab, it does nothing but say why.
  await other.getByRole('button', { name: 'Go on' }).click();
  await expect(other.getByRole('alert').filter({ hasText: 'another tab has it' })).toBeVisible();
  await other.close();
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 400_000 });
  expect(await verdictOf(page)).toEqual(whole);
  await page.reload();
  await expect(page.getByText('Kept in this browser:')).toBeVisible();
  await expect(offer).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('an unfinished run can be discarded', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await set(page, SETTINGS);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Pipeline' })).toContainText('96 pairs', { timeout: 240_000 });
  await page.waitForTimeout(500);
  await page.reload();
  const offer = page.getByTestId('unfinished');
  await offer.getByRole('button', { name: 'Discard' }).click();
  await expect(offer).toHaveCount(0);
  await page.reload();
  await expect(page.getByText('Recorded on')).toBeVisible();
  await expect(offer).toHaveCount(0);
  expect(problems).toEqual([]);
});

test('where nothing can be stored a run says so and goes on', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(IDBFactory.prototype, 'open', { value: () => { throw new DOMException('denied', 'SecurityError'); } });
  });
  await page.goto('./?backend=cpu');
  await set(page, { ...SMALL, 'rl.iterations': '2' });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByText('the run goes on, but is lost if this tab is closed before its end')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByText(/^Finished/)).toBeVisible({ timeout: 400_000 });
});
