import { expect, test } from '@playwright/test';
import { expectAccessible, expectWellMade, LONG, runToItsEnd, set, SMALL, watch } from './support';

test('a visitor sees the recorded run, presses Run and comes to a verdict', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByRole('button', { name: 'Add an arm' }).click();
  await page.getByRole('menuitem', { name: /^d-RLAIF/ }).click();
  await set(page, SMALL);
  await runToItsEnd(page, 840_000);
  const scored = page.getByRole('region', { name: 'Pipeline' }).getByRole('group', { name: 'd-RLAIF' });
  await expect(scored).toContainText('AI scores');
  await expect(scored).not.toContainText('Reward model');
  await expect(page.getByTestId('announcement')).toContainText(/finished|ended|ran/i);
  await expect(page.getByText('This run', { exact: false }).first()).toBeVisible();
  // Verdict: all arms against SFT and against each other, in numbers.
  const verdict = page.getByRole('region', { name: /verdict/i });
  await expect(verdict).toContainText('RLHF');
  await expect(verdict).toContainText('d-RLAIF');
  await expect(verdict).toContainText(/%/);
  // A post of one's own is answered live by every policy.
  await page.getByRole('button', { name: /own post/i }).first().click();
  const text = page.getByRole('textbox', { name: /post/i });
  await text.fill('My dog keeps eating my shoes. This has been going on for two weeks. I am so zorbified. Should I hire a trainer?');
  await page.getByRole('button', { name: /^Ask/ }).click();
  await expect(page.getByText('zorbified').first()).toBeVisible({ timeout: 240_000 });
  expect(problems).toEqual([]);
});

test('pause, step and reset hold, move and end a run', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await set(page, { ...SMALL, 'rl.iterations': '200' });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click({ timeout: 240_000 });
  await expect(page.getByTestId('announcement')).toHaveText('Paused.');
  await page.getByRole('button', { name: 'Step' }).click();
  await page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  expect(problems).toEqual([]);
});

test('an arm gets a method of its own, and one that cannot run holds the run back', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByRole('button', { name: 'More for RLAIF' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await page.getByRole('button', { name: 'Edit RLAIF 2' }).click();
  const drawer = page.getByRole('dialog', { name: /^Edit/ });
  await expect(drawer).toContainText('Shares pairs, labels and reward model with RLAIF.');
  await drawer.getByLabel('Method', { exact: true }).selectOption({ label: 'DPO' });
  await expect(drawer).toContainText('Shares pairs and labels with RLAIF.');
  await expect(drawer.getByLabel('KL coefficient', { exact: true })).toBeHidden();
  await expectAccessible(page);
  await drawer.getByLabel('Method', { exact: true }).selectOption({ label: 'PPO' });
  await drawer.getByLabel('Reward', { exact: true }).selectOption('fine');
  await expect(drawer).toContainText('marks that people set');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('cannot run as it is set');
  await page.getByRole('switch', { name: /^RLAIF, PPO/ }).press('Space');
  await expectAccessible(page);
  expect(problems).toEqual([]);
});

test('a changed setting marks the run as stale and can be undone', async ({ page }) => {
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await page.getByLabel('KL coefficient', { exact: true }).fill('0.2');
  await expect(page.getByText('other settings than the form')).toBeVisible();
  await page.getByRole('button', { name: 'Undo changes' }).click();
  await expect(page.getByText('other settings than the form')).toBeHidden();
});

test('a file that is not what it should be gets a message, and the page goes on', async ({ page }) => {
  await page.goto('./?backend=cpu');
  await page.getByRole('button', { name: /^All settings/ }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'bad.csv', mimeType: 'text/csv', buffer: Buffer.from('mr,ref\n"name[A]",') });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Run( with these settings)?$/ }).first().click();
  await expect(page.getByRole('alert')).toContainText(/row|line|bad\.csv/i, { timeout: 240_000 });
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
});

test('no accessibility violations and no sideways scroll, light and wide, dark and narrow', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./');
  await expect(page.getByText('Recorded on')).toBeVisible();
  await expectWellMade(page);
  expect(problems).toEqual([]);
});

test('a run can be started, paused and stopped by keyboard alone', async ({ page }) => {
  await page.goto('./?backend=cpu');
  await expect(page.getByText('Recorded on')).toBeVisible();
  const main = page.getByRole('button', { name: /^(Run|Starting|Pause|Resume)$/ });
  for (let i = 0; i < 20 && !(await main.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Tab');
  }
  await expect(main).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Pause', { timeout: 240_000 });
  await expect(main).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(main).toHaveText('Resume');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Recorded on')).toBeVisible();
});
