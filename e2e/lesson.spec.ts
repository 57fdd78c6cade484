import { expect, test, type Browser, type Locator, type Page } from '@playwright/test';
import { FIELD_LIST } from '../src/core/fields';
import { expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

const TITLE = 'How much does the KL leash matter?';
const TEXT = 'Predict first. <b>Then run.</b>\n\nWhere do reward and gold part?';

/** The dialog in which a lesson is made, opened. */
async function dialogOf(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Make a lesson' }).click();
  const dialog = page.getByRole('dialog', { name: 'Make a lesson' });
  await expect(dialog).toBeVisible();
  return dialog;
}

const section = (dialog: Locator, name: string): Locator => dialog.locator('summary').filter({ hasText: name });
const preview = (dialog: Locator): Locator => dialog.getByTestId('lesson-preview');
const linkOf = async (dialog: Locator): Promise<string> => (await dialog.getByLabel('Link of the lesson').inputValue()).replace('#', '?backend=cpu#');

/** A page of its own, without anything that another one kept. */
async function fresh(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await expect(page.getByText('Recorded on')).toBeVisible();
  return page;
}

test('a lesson is made in one browser and taken in another', LONG, async ({ page, browser }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await set(page, SMALL);
  await page.getByLabel('KL coefficient', { exact: true }).fill('0.2');
  const dialog = await dialogOf(page);
  await expect(dialog.getByText('Give the lesson a title')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Title' }).fill(TITLE);
  await dialog.getByRole('textbox', { name: 'Text', exact: true }).fill(TEXT);
  await dialog.getByLabel('Hide all but').and(page.locator('input')).fill('KL coeff');
  await page.getByRole('option', { name: 'KL coefficient', exact: true }).click();
  await page.keyboard.press('Escape');
  await section(dialog, 'Learning from rewards').click();
  await dialog.getByRole('radio', { name: 'RL iterations: fixed' }).check();

  // What students will see: the panel itself, which can be tried.
  const shown = preview(dialog);
  await expect(shown.getByRole('region', { name: `Lesson: ${TITLE}` })).toContainText('<b>Then run.</b>');
  await expect(shown.getByLabel('RL iterations', { exact: true })).toBeDisabled();
  await expect(shown.getByLabel('RL iterations', { exact: true })).toHaveValue('4');
  await expect(shown.getByRole('heading', { name: 'Arms' })).toBeHidden();
  await shown.getByLabel('KL coefficient', { exact: true }).fill('0.7');
  await expectWellMade(page);
  const link = await linkOf(dialog);
  expect(link.length).toBeLessThan(900);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel('KL coefficient', { exact: true })).toHaveValue('0.2');
  expect(problems).toEqual([]);

  const student = await fresh(browser, link);
  const { problems: theirs } = watch(student);
  const lesson = student.getByRole('region', { name: `Lesson: ${TITLE}` });
  await expect(lesson).toContainText('<b>Then run.</b>');
  await expect(lesson).toContainText('Where do reward and gold part?');
  const kl = student.getByLabel('KL coefficient', { exact: true });
  await expect(kl).toHaveValue('0.2');
  await expect(student.getByLabel('RL iterations', { exact: true })).toBeDisabled();
  await expect(student.getByText('Fixed by the lesson')).toBeVisible();
  for (const gone of ['Reward head', 'Seed']) await expect(student.getByLabel(gone, { exact: true })).toBeHidden();
  await expect(student.getByRole('combobox', { name: 'Preset', exact: true })).toBeHidden();
  for (const gone of ['Arms', 'See it go wrong']) await expect(student.getByRole('heading', { name: gone })).toBeHidden();
  await expect(student.getByRole('button', { name: /^All settings/ })).toBeHidden();
  const words = `${FIELD_LIST.length - 2} settings, the arms, the presets and the ready-made questions are hidden by this lesson.`;
  await expect(student.getByText(words)).toBeVisible();
  // A stage's drawer hides them too.
  await student.getByRole('region', { name: 'Pipeline' }).getByRole('button', { name: /^Pairs/ }).click();
  await expect(student.getByRole('dialog')).toBeVisible();
  await expect(student.getByRole('dialog').getByRole('spinbutton')).toHaveCount(0);
  await student.keyboard.press('Escape');
  await expectWellMade(student);

  // The text folds away and comes back.
  await lesson.getByRole('button', { name: 'Hide the text' }).click();
  await expect(lesson.getByText('Where do reward and gold part?')).toBeHidden();
  await lesson.getByRole('button', { name: 'Show the text' }).click();
  await expect(lesson.getByText('Where do reward and gold part?')).toBeVisible();

  await runToItsEnd(student, 840_000);
  // What was changed is still there after a reload, and Reset goes back to the lesson.
  await kl.fill('0.5');
  await expect.poll(() => student.evaluate(() => location.hash)).toContain('kl=0.5');
  await student.reload();
  await expect(lesson).toBeVisible();
  await expect(kl).toHaveValue('0.5');
  await student.getByRole('button', { name: 'Reset' }).click();
  await expect(kl).toHaveValue('0.2');
  expect(theirs).toEqual([]);
  await student.context().close();
});

test('nothing is locked: hidden settings can be shown, and the lesson left', async ({ page, browser }) => {
  await page.goto('./?backend=cpu');
  const dialog = await dialogOf(page);
  await dialog.getByRole('textbox', { name: 'Title' }).fill(TITLE);
  await section(dialog, 'Parts of the page').click();
  await dialog.getByRole('radio', { name: 'Arms: fixed' }).check();
  await section(dialog, 'Reward model').click();
  await dialog.getByRole('radio', { name: 'Reward model: all of them: hidden' }).check();
  const student = await fresh(browser, await linkOf(dialog));
  const head = student.getByLabel('Reward head', { exact: true });
  await expect(head).toBeHidden();
  await expect(student.getByRole('button', { name: 'Edit RLHF' })).toBeHidden();
  await student.getByRole('button', { name: 'Show all' }).click();
  await head.selectOption('last');
  await student.getByRole('button', { name: 'Hide again' }).click();
  await expect(head).toBeHidden();
  await expect(student.getByText('Reward head:')).toBeHidden();
  await student.getByRole('button', { name: 'Leave the lesson' }).click();
  await expect(head).toBeEnabled();
  await expect(student.getByRole('button', { name: 'Edit RLHF' })).toBeVisible();
  await expect.poll(() => student.evaluate(() => location.hash)).not.toContain('l=');
  // What was left can be gone on with.
  const again = await dialogOf(student);
  await expect(again.getByRole('textbox', { name: 'Title' })).toHaveValue(TITLE);
  await student.context().close();
});

test('a lesson opens the screen that it names, once', async ({ page, browser }) => {
  await page.goto('./?backend=cpu');
  const dialog = await dialogOf(page);
  await dialog.getByRole('textbox', { name: 'Title' }).fill(TITLE);
  await dialog.getByLabel('Screen that opens').selectOption('Labelers');
  const link = await linkOf(dialog);
  const student = await (await browser.newContext()).newPage();
  await student.goto(link);
  await expect(student.getByRole('link', { name: 'Labelers' })).toHaveAttribute('aria-current', 'page');
  await expect(student.getByRole('region', { name: `Lesson: ${TITLE}` })).toBeVisible();
  await student.getByRole('link', { name: 'Playground' }).click();
  await student.reload();
  await expect(student.getByRole('link', { name: 'Playground' })).toHaveAttribute('aria-current', 'page');
  await expect(student.getByRole('region', { name: `Lesson: ${TITLE}` })).toBeVisible();
  await student.context().close();
});

test('a damaged lesson gets a message, and its settings are used', async ({ page, browser }) => {
  await page.goto('./?backend=cpu');
  await page.getByLabel('KL coefficient', { exact: true }).fill('0.2');
  const dialog = await dialogOf(page);
  await dialog.getByRole('textbox', { name: 'Title' }).fill(TITLE);
  const link = await linkOf(dialog);
  const student = await fresh(browser, link.slice(0, -8));
  await expect(student.getByTestId('link-notice')).toContainText('The lesson of this link cannot be read.');
  await expect(student.getByLabel('KL coefficient', { exact: true })).toHaveValue('0.2');
  await expect(student.getByRole('region', { name: /^Lesson/ })).toBeHidden();
  await student.context().close();
});

test('a lesson is made by keyboard alone, and a drawer of the preview closes by itself', LONG, async ({ page }) => {
  await page.goto('./?backend=cpu');
  await page.getByRole('button', { name: 'Make a lesson' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Make a lesson' });
  await expect(dialog.getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.type(TITLE);
  const onto = async (target: Locator): Promise<void> => {
    for (let i = 0; i < 60 && !(await target.evaluate((element) => element === document.activeElement)); i++) await page.keyboard.press('Tab');
    await expect(target).toBeFocused();
  };
  await onto(section(dialog, 'Learning from rewards'));
  await page.keyboard.press('Enter');
  await onto(dialog.getByRole('radio', { name: 'Method: free' }));
  await page.keyboard.press('ArrowRight');
  await expect(dialog.getByRole('radio', { name: 'Method: fixed' })).toBeChecked();
  await page.keyboard.press('ArrowRight');
  await expect(dialog.getByRole('radio', { name: 'Method: hidden' })).toBeChecked();
  await onto(dialog.getByRole('button', { name: 'Copy the link' }));
  await onto(preview(dialog).getByRole('button', { name: /^All settings/ }));
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'All settings' });
  await expect(drawer).toBeVisible();
  await expect(drawer.getByLabel('Method', { exact: true })).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Make a lesson' })).toBeFocused();
});
