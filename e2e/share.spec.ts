import { expect, test, type Browser, type Page } from '@playwright/test';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Share' });

/** The link in the dialog, once it is there. */
async function linkOf(page: Page): Promise<string> {
  const field = dialogOf(page).getByRole('textbox', { name: 'Link', exact: true });
  await expect(field).toHaveValue(/#v=1/);
  return field.inputValue();
}

/** Every word and figure of the verdict's tables, head to head and labelers among them. */
async function figuresOf(page: Page): Promise<string[]> {
  return page.getByRole('region', { name: 'Verdict' }).locator('table').filter({ hasNotText: 'Wins against SFT' }).allInnerTexts();
}

/** A page of somebody who was never here. */
async function stranger(browser: Browser, address: string): Promise<{ page: Page; problems: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const { problems } = watch(page);
  await page.goto(address);
  return { page, problems };
}

test('a link with a result shows the same figures to somebody else, without running anything', async ({ page, browser }) => {
  const { problems } = watch(page);
  await page.goto('./');
  await expect(page.getByText('Recorded on')).toBeVisible();
  const figures = await figuresOf(page);
  expect(figures.join().length).toBeGreaterThan(1000);

  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = dialogOf(page);
  const link = await linkOf(page);
  expect(link.length).toBeLessThanOrEqual(30 * 1024);
  await expect(dialog.getByText('12 posts with the response of every arm.')).toBeVisible();
  await expect(dialog.getByText(/^No QR code/)).toBeVisible();
  await expectWellMade(page);
  await dialog.getByLabel('Posts to look into').fill('3');
  await expect(dialog.getByText('3 posts with the response of every arm.')).toBeVisible();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as a file' }).click();
  expect((await download).suggestedFilename()).toMatch(/^run-.*-seed-1\.json$/);
  await dialog.getByLabel('Settings only').check();
  await expect(dialog.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(problems).toEqual([]);

  const other = await stranger(browser, link);
  await expect(other.page.getByText('From a link, recorded on')).toBeVisible();
  expect(await figuresOf(other.page)).toEqual(figures);
  await expect(other.page.getByText(/Opened from a link, which leaves out .*the first 12 of 200 posts/)).toBeVisible();
  await expect(other.page.getByTestId('link-notice')).toBeHidden();
  await expectWellMade(other.page);
  // The address stays as it came, so a reload shows it again.
  expect(other.page.url()).toBe(link);
  await other.page.reload();
  await expect(other.page.getByText('From a link, recorded on')).toBeVisible();
  expect(other.problems).toEqual([]);
});

test('a broken link says what is wrong, and the page opens as ever', LONG, async ({ page, browser }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const link = await linkOf(page);
  const other = await stranger(browser, link.slice(0, -100).replace('#v=1', '#v=1&kl=7&speed=1'));
  const notice = other.page.getByTestId('link-notice');
  await expect(notice).toContainText('The result in this link cannot be opened. It is damaged');
  await expect(notice).toContainText('kl=7 was changed to 0.9');
  await expect(notice).toContainText('speed=1 was ignored');
  await expect(other.page.getByText('Recorded on')).toBeVisible();
  await expectWellMade(other.page);
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toBeHidden();
  expect(other.problems).toEqual([]);
});

test('the address follows the settings, and the form the address', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  const seed = page.getByLabel('Seed', { exact: true });
  await seed.fill('7');
  await expect(page).toHaveURL(/\?backend=cpu#v=1&seed=7$/);
  await page.getByRole('link', { name: 'Speed' }).click();
  await expect(page).toHaveURL(/view=bench#v=1&seed=7$/);
  await page.reload();
  await page.getByRole('link', { name: 'Playground' }).click();
  await expect(seed).toHaveValue('7');
  await page.evaluate(() => (location.hash = '#v=1&seed=9&pairs=600'));
  await expect(seed).toHaveValue('9');
  // Coming back asks for nothing: the settings stay, and the address is brought up to date.
  await page.goBack();
  await expect(page).toHaveURL(/#v=1&seed=9&pairs=600$/);
  await expect(seed).toHaveValue('9');
  expect(problems).toEqual([]);
});

test('the run of a link can be run again, and comes out the same', LONG, async ({ page, browser }) => {
  test.setTimeout(900_000);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SMALL);
  await runToItsEnd(page, 400_000);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const link = await linkOf(page);
  await page.close();

  const other = await stranger(browser, link);
  await other.page.getByRole('button', { name: 'Run it again here' }).click();
  await expect(other.page.getByText(/^This repeats the run recorded on/)).toBeVisible();
  await expect(other.page.getByText('rec.: as recorded')).toBeVisible();
  await expect(other.page.getByText(/^Finished/)).toBeVisible({ timeout: 400_000 });
  const replay = other.page.getByTestId('replay');
  await expect(replay).toContainText('Reproduced to the bit. All 7 figures compared are the same in every digit');
  await replay.getByText(/^Every figure beside/).click();
  await expect(replay.getByRole('row', { name: /RLAIF win rate against SFT .* equal/ })).toBeVisible();
  await expectWellMade(other.page);
  // Another run is no repetition.
  expect(other.page.url()).not.toContain('r=');
  expect(other.problems).toEqual([]);
});
