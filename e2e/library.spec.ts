import { readFile } from 'node:fs/promises';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible, expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

const DATABASE = 'rlaif-playground';

const rows = (page: Page): Locator => page.getByRole('list', { name: 'Runs', exact: true }).locator('> li');
const row = (page: Page, name: string | RegExp): Locator => rows(page).filter({ has: page.getByRole('heading', { name, exact: typeof name === 'string' }) });

async function doTo(page: Page, one: Locator, what: 'Name and note' | 'Save as a file' | 'Delete'): Promise<void> {
  await one.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: what }).click();
}

/** The recorded run with another seed and KL coefficient, as a file: a run that takes no training. */
async function recordedFile(page: Page, seed: number, klCoef = 0.05): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const bundle = (await (await page.request.get('./recorded-run.json')).json()) as { config: { run: { seed: number }; rl: { klCoef: number } } };
  bundle.config.run.seed = seed;
  bundle.config.rl.klCoef = klCoef;
  return { name: `seed-${seed}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle)) };
}

/** Keeps a value as the one run of the page's first version, before the page is opened. */
async function keepAsVersionOne(page: Page, run: unknown): Promise<void> {
  await page.goto('./favicon.svg');
  await page.evaluate(
    ([name, value]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name as string, 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('keep');
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const writing = opening.result.transaction('keep', 'readwrite');
          writing.objectStore('keep').put(value, 'run');
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [DATABASE, run],
  );
}

test('every run that finishes is kept, called by what differs, and still there after a reload', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await set(page, SMALL);
  await runToItsEnd(page, 840_000);
  await set(page, { 'rl.klCoef': '0.2' });
  await page.getByLabel('Seed', { exact: true }).fill('2');
  await runToItsEnd(page, 840_000);
  await page.getByRole('link', { name: 'Runs' }).click();
  // What differs from the run before comes first.
  await expect(rows(page).getByRole('heading')).toHaveText([/^KL 0\.2 · .* · seed 2$/, /seed 1$/]);
  await page.reload();
  await expect(rows(page).getByRole('heading')).toHaveText([/^KL 0\.2 · .* · seed 2$/, /seed 1$/]);
  await expect(rows(page).first()).toContainText('Made here');
  await expect(rows(page).first().getByRole('row', { name: /^RLAIF/ })).toContainText('%');
  expect(problems).toEqual([]);
});

test('runs are found, laid over each other, deleted, brought back, and taken along as one file', LONG, async ({ page, context }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu&view=runs');
  await page.getByLabel('Files of runs to import').setInputFiles([await recordedFile(page, 1), await recordedFile(page, 2, 0.2)]);
  await expect(rows(page)).toHaveCount(2);
  const [newer, older] = [rows(page).nth(0), rows(page).nth(1)];
  await expect(newer.getByRole('heading')).toHaveText('KL 0.2 · seed 2');
  await expect(older.getByRole('heading')).toHaveText('Default settings · seed 1');

  await doTo(page, newer, 'Name and note');
  await page.getByLabel('Name', { exact: true }).fill('On a short leash');
  await page.getByLabel('Note', { exact: true }).fill('For Tuesday');
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(row(page, 'On a short leash')).toContainText('For Tuesday');
  await older.getByRole('button', { name: /^Star/ }).click();
  await expect(older.getByRole('button', { name: /^Star/ })).toHaveAttribute('aria-pressed', 'true');

  const search = page.getByRole('searchbox', { name: 'Search' });
  await search.fill('tuesday coefficient');
  await expect(rows(page)).toHaveCount(1);
  await search.fill('nothing like it');
  await expect(page.getByText('None of the 2 runs fits.')).toBeVisible();
  await search.fill('');
  await page.getByRole('checkbox', { name: 'Starred only' }).check();
  await expect(rows(page).getByRole('heading')).toHaveText([/seed 1$/]);
  await page.getByRole('checkbox', { name: 'Starred only' }).uncheck();
  await page.getByRole('combobox', { name: 'Order' }).selectOption('name');
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('newest first');

  // Laid over each other: only what differs, and the figures that the list has too.
  const gold = await row(page, 'On a short leash').getByRole('row', { name: /^RLHF/ }).getByRole('cell').first().textContent();
  await page.getByRole('checkbox', { name: 'Choose all listed' }).check();
  const table = page.getByTestId('overlay-table');
  await expect(table.getByRole('row', { name: /^KL coefficient/ })).toHaveText(/0\.2.*0\.05/);
  await expect(table.getByRole('row', { name: /^Seed/ })).toHaveText(/2.*1/);
  await expect(table.getByRole('row', { name: /^(RL iterations|Preference pairs)/ })).toHaveCount(0);
  await expect(table.getByRole('row', { name: /^Gold utility/ }).first().getByRole('cell').first()).toContainText(`${gold}`);
  await expect(page.getByRole('list', { name: 'Runs, by dash' }).getByRole('listitem')).toHaveText([/^A.*On a short leash/, /^B.*seed 1$/]);
  await expect(page.getByRole('group', { name: /^True quality.*RLHF A .*RLHF B / })).toBeVisible();
  await expectWellMade(page);
  await page.setViewportSize({ width: 1440, height: 900 });

  // Another tab sees what happens here, and the other way round.
  const other = await context.newPage();
  await other.goto('./?backend=cpu&view=runs');
  await expect(rows(other)).toHaveCount(2);
  await row(other, /seed 1$/).getByRole('button', { name: /^Star/ }).click();
  await expect(row(page, /seed 1$/).getByRole('button', { name: /^Star/ })).toHaveAttribute('aria-pressed', 'false');

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save all as a file' }).click()]);
  const zip = { name: 'runs.zip', mimeType: 'application/zip', buffer: await readFile(await download.path()) };

  await doTo(page, row(page, 'On a short leash'), 'Delete');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(other)).toHaveCount(1);
  await page.getByTestId('undo').getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'On a short leash')).toContainText('For Tuesday');
  await expect(rows(other)).toHaveCount(2);
  await other.close();
  await page.reload();
  await expect(rows(page)).toHaveCount(2);

  await page.getByRole('checkbox', { name: 'Choose all listed' }).check();
  await page.getByRole('button', { name: 'Delete chosen' }).click();
  await expect(page.getByText('No runs yet.')).toBeVisible();
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByText('No runs yet.')).toBeVisible();
  await page.getByLabel('Files of runs to import').setInputFiles([zip, { ...zip, name: 'broken.zip', buffer: zip.buffer.subarray(0, 5000) }]);
  await expect(page.getByTestId('imported')).toContainText('2 runs imported.');
  await expect(page.getByTestId('imported')).toContainText('broken.zip: It is no zip file');
  await expect(row(page, 'On a short leash')).toContainText('For Tuesday');
  await page.getByLabel('Files of runs to import').setInputFiles(zip);
  await expect(page.getByTestId('imported')).toContainText('0 runs imported. 2 runs were in the library already');

  // Opened, it is on the main screen, on the next visit too; its settings go to the form on their own.
  await page.getByRole('button', { name: 'Open On a short leash' }).click();
  await expect(page.getByText('Kept in this browser')).toBeVisible();
  await expect(page.getByText(/, seed 2/).first()).toBeVisible();
  await page.reload();
  await expect(page.getByText('Kept in this browser')).toBeVisible();
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('button', { name: /^Use the settings of .*seed 1$/ }).click();
  await expect(page.getByLabel('KL coefficient', { exact: true })).toHaveValue('0.05');
  expect(problems).toEqual([]);
});

test('the run that an earlier version kept is the first of the library', async ({ page }) => {
  await keepAsVersionOne(page, await (await page.request.get('./recorded-run.json')).json());
  const { problems } = watch(page);
  await page.goto('./');
  await expect(page.getByText('Kept in this browser')).toBeVisible();
  await page.getByRole('link', { name: 'Runs' }).click();
  await expect(rows(page).getByRole('heading')).toHaveText(['Default settings · seed 1']);
  await page.getByRole('button', { name: 'Keep for good' }).click();
  await expect(page.getByTestId('persistence')).toContainText('The browser');
  expect(problems).toEqual([]);
});

test('a run that this build cannot read is listed, saved as it is, and deleted', async ({ page }) => {
  await keepAsVersionOne(page, { version: 0, odd: ['a run of another time'] });
  await page.goto('./');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByRole('link', { name: 'Runs' }).click();
  const one = row(page, 'Run of another build');
  await expect(one).toContainText('cannot read the run');
  await expect(one.getByRole('button', { name: /^Open/ })).toBeDisabled();
  const [download] = await Promise.all([page.waitForEvent('download'), doTo(page, one, 'Save as a file')]);
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual({ version: 0, odd: ['a run of another time'] });
  await expectWellMade(page);
  await doTo(page, one, 'Delete');
  await expect(page.getByText('No runs yet.')).toBeVisible();
});

test('a full disk is told of, and what was kept stays', async ({ page }) => {
  await page.goto('./?view=runs');
  const browser = await page.context().newCDPSession(page);
  // Room for a run or two; the browser asks how much is left before the first write, and then from time to time.
  await browser.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 800_000 });
  const imported = page.getByTestId('imported');
  const isFull = async (): Promise<boolean> => (await imported.count()) > 0 && /storage for this page is full/.test((await imported.textContent()) ?? '');
  let kept = 0;
  for (; kept < 8; kept++) {
    await page.getByLabel('Files of runs to import').setInputFiles(await recordedFile(page, 11 + kept));
    await expect.poll(async () => (await rows(page).count()) > kept || (await isFull())).toBe(true);
    if (await isFull()) break;
  }
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(8);
  await expect(rows(page)).toHaveCount(kept);
  await row(page, 'Default settings · seed 11').getByRole('button', { name: /^Open/ }).click();
  await expect(page.getByText('Kept in this browser')).toBeVisible();
});

test('a browser that stores nothing is told of, and the page works', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('not in this window', 'SecurityError');
      },
    });
  });
  await page.goto('./');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await expect(page.getByText('does not let the page store anything')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save the run as a file' })).toBeVisible();
  await page.getByRole('link', { name: 'Runs' }).click();
  await expect(page.getByRole('alert')).toContainText('does not let the page store anything');
  await expectAccessible(page);
});

test('an older tab that holds the storage, and a newer one that takes it, are told of', async ({ page, context }) => {
  // A tab of the first version, which does not give way.
  await page.goto('./favicon.svg');
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name, 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('keep');
        opening.onsuccess = () => {
          (window as unknown as { held: IDBDatabase }).held = opening.result;
          resolve();
        };
      }),
    DATABASE,
  );
  const app = await context.newPage();
  await app.goto('./');
  await expect(app.getByText('Recorded on')).toBeVisible();
  await expect(app.getByText('Another tab has this page open in an older version')).toBeVisible();
  // Once it is closed, the storage is there.
  await page.evaluate(() => (window as unknown as { held: IDBDatabase }).held.close());
  await app.getByRole('link', { name: 'Runs' }).click();
  await expect(app.getByText('No runs yet.')).toBeVisible();

  const opened = await page.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name, 99);
        opening.onblocked = () => reject(new Error('the page holds on to the storage'));
        opening.onsuccess = () => resolve(opening.result.version);
      }),
    DATABASE,
  );
  expect(opened).toBe(99);
  await app.getByLabel('Files of runs to import').setInputFiles(await recordedFile(app, 13));
  await expect(app.getByTestId('imported')).toContainText('A newer version of this page was opened in this browser');
});
