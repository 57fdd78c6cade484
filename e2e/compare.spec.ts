import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import type { RunBundle } from '../src/core/bundle';
import { wordsToText } from '../src/core/text';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

/** The run that the page opens with. */
async function recorded(): Promise<RunBundle> {
  return JSON.parse(await readFile('public/recorded-run.json', 'utf8')) as RunBundle;
}

/** Gold of an arm on every post, in the order of the posts. */
function goldOf({ arms }: RunBundle, id: string): number[] {
  return arms.find((arm) => arm.id === id)!.samples.map(({ answer }) => answer.gold);
}

async function openCompare(page: Page, more = ''): Promise<void> {
  await page.goto(`./?view=compare${more}`);
  await expect(page.getByTestId('compare-table')).toBeVisible();
}

test('the recorded run is sorted, searched and filtered post by post', async ({ page }) => {
  const { problems } = watch(page);
  const bundle = await recorded();
  const texts = bundle.prompts.map(({ words }, i) => [words, ...bundle.arms.map(({ samples }) => samples[i]!.answer.words)].map(wordsToText));
  const [rlhf, rlaif] = [goldOf(bundle, 'rlhf'), goldOf(bundle, 'rlaif')];
  await openCompare(page);
  const count = page.getByTestId('compare-count');
  const rows = page.getByTestId('compare-table').locator('tr[data-post]');
  await expect(count).toHaveText('Posts 1 to 50 of 200');
  await expect(rows).toHaveCount(50);
  await page.getByRole('button', { name: 'Next 50' }).first().click();
  await expect(count).toHaveText('Posts 51 to 100 of 200');

  // Sorting, by what RLAIF has more than RLHF.
  await page.getByLabel('Sort').selectOption({ label: 'gold utility: RLAIF over RLHF' });
  await expect(count).toHaveText('Posts 1 to 50 of 200');
  const furthest = Math.max(...rlaif.map((gold, i) => gold - rlhf[i]!));
  const best = rlaif.findIndex((gold, i) => gold - rlhf[i]! === furthest);
  await expect(rows.first()).toHaveAttribute('data-post', bundle.prompts[best]!.id);
  await expect(rows.first()).toContainText(`gold utility: RLAIF +${furthest.toFixed(2)}`);
  await page.getByLabel('Sort').selectOption({ label: 'most disagreement first' });
  const apart = rlhf.map((gold, i) => Math.abs(gold - rlaif[i]!));
  await expect(rows.first()).toHaveAttribute('data-post', bundle.prompts[apart.indexOf(Math.max(...apart))]!.id);

  // Plain text, a regular expression, one that is none, and one that would never end.
  const search = page.getByLabel('Search posts and responses');
  const wanted = (test: (text: string) => boolean): number => texts.filter((row) => row.some(test)).length;
  await search.fill('lawyer?');
  await expect(count).toContainText(`of ${wanted((text) => text.toLowerCase().includes('lawyer?'))} (of 200)`);
  await page.getByLabel('Regular expression').check({ force: true });
  await search.fill('^my (boss|landlord|bank)\\b');
  await expect(count).toContainText(`of ${wanted((text) => /^my (boss|landlord|bank)\b/i.test(text))} (of 200)`);
  await search.fill('(');
  await expect(page.getByText(/^This is no regular expression: \w/)).toBeVisible();
  await search.fill('(\\w+\\s?)+$#');
  await expect(page.getByText('The search was cut off')).toBeVisible();
  await search.fill('');
  await expect(count).toContainText('of 200');

  // A bar of the histogram filters by keyboard, and what it filters is told.
  const bar = page.getByRole('button', { name: /^RLAIF ahead by .*: [1-9]\d* posts?$/ }).first();
  const name = (await bar.getAttribute('aria-label'))!;
  await bar.focus();
  await page.keyboard.press('Enter');
  await expect(bar).toHaveAttribute('aria-pressed', 'true');
  const many = /: (\d+) posts?$/.exec(name)![1]!;
  await expect(count).toHaveText(`Posts 1 to ${many} of ${many} (of 200)`);
  await expect(page.getByRole('group', { name: 'Filters' })).toContainText(name.replace(/: .*/, ''));

  // A part of the posts comes on top, and both are taken away at once.
  const part = page.getByRole('button', { name: /^money\b/ });
  await expect(part).toContainText(`n = ${bundle.prompts.filter(({ topic }) => topic === 'money').length} posts`);
  await part.click();
  await page.getByRole('button', { name: 'Show all posts' }).first().click();
  await expect(count).toHaveText('Posts 1 to 50 of 200');

  // The table as a file has what is filtered.
  await part.click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^CSV/ }).click()]);
  const csv = await readFile(await download.path(), 'utf8');
  expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + bundle.prompts.filter(({ topic }) => topic === 'money').length);
  expect(problems).toEqual([]);
});

test('a visitor votes blind by keys, sees whose it was, and takes a vote back', async ({ page }) => {
  const { problems } = watch(page);
  const bundle = await recorded();
  await openCompare(page);
  await page.getByText('Vote blind').click();
  const box = page.locator('[data-compare-vote]');
  await expect(box).toBeFocused();
  const voted = page.getByTestId('compare-voted');
  const revealed = page.getByTestId('compare-revealed');
  await expect(voted).toHaveText('0 of 200 posts');
  const left = await box.getByRole('heading', { name: 'Left' }).locator('xpath=following-sibling::p').innerText();
  await page.keyboard.press('ArrowLeft');
  await expect(voted).toHaveText('1 of 200 posts');
  const author = bundle.arms.filter(({ id }) => id !== 'sft').find(({ samples }) => wordsToText(samples[0]!.answer.words) === left)!;
  await expect(revealed).toContainText(`Your vote: ${author.label}. Left was ${author.label}, gold`);
  await page.keyboard.press('Space');
  await expect(revealed).toContainText('Skipped');
  await page.keyboard.press('ArrowUp');
  await expect(revealed).toContainText('Your vote: a tie');
  await page.keyboard.press('ArrowDown');
  await expect(revealed).toContainText('Your vote: both bad');
  await page.keyboard.press('ArrowRight');
  await expect(voted).toHaveText('4 of 200 posts');
  await expect(page.getByTestId('compare-tally')).toContainText('n = 4 posts');
  await page.keyboard.press('z');
  await expect(voted).toHaveText('3 of 200 posts');
  // A mouse press leaves the space bar free for skipping.
  await box.getByRole('button', { name: 'Right' }).click();
  await expect(voted).toHaveText('4 of 200 posts');
  await page.keyboard.press('Space');
  await expect(revealed).toContainText('Skipped');

  await page.reload();
  await page.getByText('Vote blind').click();
  await expect(voted).toHaveText('4 of 200 posts');
  await expect(page.getByTestId('compare-tally')).toContainText('4 votes, ties half, 95% Wilson interval; both bad: 1');
  // Another couple has votes of its own.
  await page.getByLabel('with', { exact: true }).selectOption('SFT');
  await expect(voted).toHaveText('0 of 200 posts');
  expect(problems).toEqual([]);
});

test('a link leads to its post and columns, and says so where they are not there', async ({ page }) => {
  const { problems } = watch(page);
  const { prompts } = await recorded();
  const { id } = prompts[130]!;
  await openCompare(page, `&columns=rlaif,sft&post=${id}`);
  const row = page.locator(`tr[data-post="${id}"]`);
  await expect(row).toBeInViewport();
  await expect(row).toContainText('linked post');
  await expect(page.getByTestId('compare-count')).toHaveText('Posts 101 to 150 of 200');
  await expect(page.getByRole('columnheader', { name: 'RLHF' })).toBeHidden();

  const other = prompts[101]!.id;
  await page.locator(`tr[data-post="${other}"]`).getByRole('link', { name: /^Link to this post/ }).click();
  await expect(page).toHaveURL(new RegExp(`[?]view=compare&columns=rlaif,sft&post=${other}`));
  await page.reload();
  await expect(page.locator(`tr[data-post="${other}"]`)).toBeInViewport();
  await page.getByRole('link', { name: 'Playground' }).click();
  expect(page.url()).not.toMatch(/post=|columns=/);

  await openCompare(page, '&columns=rlhf,nobody,gone:rlaif&post=test:elsewhere');
  await expect(page.getByTestId('compare-linked')).toContainText('not among the 200 posts');
  await expect(page.getByText(/^Not there, and left out: nobody, gone:rlaif/)).toBeVisible();
  await page.getByRole('button', { name: 'Forget the link' }).click();
  await expect(page.getByTestId('compare-linked')).toBeHidden();
  await expect(page).toHaveURL(/columns=rlhf,nobody,gone:rlaif$/);
  expect(problems).toEqual([]);
});

test('the screen is well made in each of its looks', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await openCompare(page);
  // A few posts: the rules look at every word on the page, and rows are alike.
  await page.getByLabel('Search posts and responses').fill('lawyer');
  await expect(page.getByTestId('compare-count')).toContainText('(of 200)');
  await expectWellMade(page);
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByText('Word diff').click();
  await expect(page.locator('ins, del').first()).toBeVisible();
  await expectWellMade(page);
  await page.getByText('In the post', { exact: true }).click();
  await page.getByLabel('Parts of the posts', { exact: true }).selectOption('responses');
  await page.getByRole('button', { name: /ahead by .*: [1-9]\d* posts?$/ }).first().click();
  await expectWellMade(page);
  await page.getByText('Vote blind').click();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('compare-revealed')).toBeVisible();
  await expectWellMade(page);
  expect(problems).toEqual([]);
});

test('a run of this page is leafed back to its checkpoints, and stands beside a kept run', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SMALL);
  await runToItsEnd(page, 840_000);
  await page.getByRole('link', { name: 'Compare' }).click();
  const count = page.getByTestId('compare-count');
  await expect(count).toHaveText(/^Posts 1 to 48 of 48$/);
  await page.getByText('at a checkpoint, validation posts').click();
  // Of 16 validation posts, looked at before training and after 2 and 4 updates.
  await expect(count).toHaveText('Posts 1 to 16 of 16');
  const header = page.getByRole('columnheader', { name: /^RLHF/ });
  await expect(header).toContainText('after 4 updates');
  await page.getByRole('slider', { name: 'Checkpoint' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(header).toContainText('after 2 updates');
  await page.getByText('at the end, test posts').click();

  // The run is kept: its copy is a run of the library, on the same posts.
  await page.getByRole('combobox', { name: /^Columns/ }).click();
  await page.getByRole('option', { name: /^RLHF, / }).first().click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('columnheader', { name: /^RLHF, / })).toHaveCount(2);
  await expect(count).toHaveText('Posts 1 to 48 of 48');
  expect(problems).toEqual([]);
});
