import { expect, test } from '@playwright/test';
import { expectWellMade, LONG, watch } from './support';

test('settings are copied as code, changed, pasted back, and the page follows', LONG, async ({ page, context }) => {
  const { problems } = watch(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./?backend=cpu');
  await page.getByRole('button', { name: 'As code' }).click();
  const drawer = page.getByRole('dialog', { name: 'As code' });
  const pasted = drawer.getByTestId('pasted');
  const box = drawer.getByLabel('A command, settings as JSON, or a run');
  const set = drawer.getByRole('button', { name: 'Set the page' });

  await drawer.getByRole('button', { name: 'Copy' }).click();
  await expect(drawer.getByText('Copied.')).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  expect(command).toBe('npm run experiment -- \\\n  --seed 1 \\\n  --out run.json');

  // Unchanged, it says so.
  await box.fill(command);
  await expect(pasted).toContainText('These are the settings of the page already.');
  await box.fill(command.replace('--seed 1', "--seed 7 --arms rlhf,mine=rlaif:dpo --set 'arms.1.label=My own' --set rl.klCoef=0.2"));
  await expect(pasted).toContainText('KL coefficient: 0.05 → 0.2');
  await expect(pasted).toContainText('with My own');
  await expect(pasted).toContainText('Ignored: --out.');
  await expectWellMade(page);
  await set.click();
  await expect(pasted).toHaveText('The page has these settings now.');
  await expect(drawer.getByRole('textbox', { name: 'Command', exact: true })).toHaveValue(/--arms rlhf,mine=rlaif:dpo/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('7');
  await expect(page.getByRole('button', { name: 'Edit My own' })).toBeVisible();
  await expect(page.getByText('The curves are of other settings than the form.')).toBeVisible();

  // As JSON, by keyboard alone.
  await page.getByRole('button', { name: 'As code' }).focus();
  await page.keyboard.press('Enter');
  await drawer.getByRole('radio', { name: 'JSON' }).focus();
  await page.keyboard.press('Space');
  const json = JSON.parse(await drawer.getByRole('textbox', { name: 'JSON', exact: true }).inputValue()) as { run: { seed: number }; arms: object[] };
  expect(json.arms[1]).toMatchObject({ id: 'mine', label: 'My own', set: { 'rl.method': 'dpo' } });
  await box.fill(JSON.stringify({ ...json, run: { ...json.run, seed: 3 }, arms: [json.arms[0], { id: 'rlaif', label: 'RLAIF', feedback: 'ai' }] }));
  await expect(pasted).toContainText('without My own');
  await set.focus();
  await page.keyboard.press('Enter');
  await expect(pasted).toHaveText('The page has these settings now.');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('3');
  await expect(page.getByRole('button', { name: 'Edit RLAIF' })).toBeVisible();
  expect(problems).toEqual([]);
});

test('text that is no settings gets words, and changes nothing', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=cpu');
  await page.getByRole('button', { name: 'As code' }).click();
  const drawer = page.getByRole('dialog', { name: 'As code' });
  const pasted = drawer.getByTestId('pasted');
  const box = drawer.getByLabel('A command, settings as JSON, or a run');
  const nine = Array.from({ length: 9 }, (_, i) => ({ id: `a-${i}`, label: `A ${i}`, feedback: 'people' }));
  for (const [text, words] of [
    ['rm -rf $HOME', '$ stands for'],
    ['--seed 0 --set rl.klCoef=7', 'rl.klCoef: 7 is not a number from 0 to 0.9'],
    ['{"rl": {"klCoef": "<img src=x onerror=alert(1)>"}}', '"<img src=x onerror=alert(1)>" is not a number'],
    ['{"__proto__": {"a": 1}}', 'neither settings nor a run'],
    ['{"rl": ', 'no JSON'],
    [JSON.stringify({ arms: nine }), '9 arms'],
  ] as const) {
    await box.fill(text);
    await expect(pasted).toContainText('Nothing was changed');
    await expect(pasted).toContainText(words);
    await expect(drawer.getByRole('button', { name: 'Set the page' })).toHaveAttribute('aria-disabled', 'true');
    await drawer.getByRole('button', { name: 'Set the page' }).click({ force: true });
  }
  await expect(drawer.getByRole('textbox', { name: 'Command', exact: true })).toHaveValue('npm run experiment -- \\\n  --seed 1 \\\n  --out run.json');
  await expectWellMade(page);
  expect(problems).toEqual([]);
});

test('a sweep is written out as commands, and a command with axes sets the form of the sweep', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?view=sweep');
  await page.getByRole('button', { name: 'As code' }).click();
  const drawer = page.getByRole('dialog', { name: 'The sweep as code' });
  await drawer.getByLabel('A command, settings as JSON, or a run').fill('npm run experiment -- --preset quick --sweep seed=2..4 --sweep arms.1.klCoef=0,0.1 --out elsewhere');
  const pasted = drawer.getByTestId('pasted');
  await expect(pasted).toContainText('RLAIF: KL coefficient over 0,0.1');
  await drawer.getByRole('button', { name: 'Set the page' }).click();
  await expect(pasted).toHaveText('The page has these settings now.');
  await drawer.getByText('As commands', { exact: true }).click();
  const lines = (await drawer.getByRole('textbox', { name: 'As commands' }).inputValue()).split('\n');
  expect(lines).toHaveLength(6);
  expect(lines[5]).toBe('npm run experiment -- --preset quick --arms rlhf,rlaif --seed 4 --set arms.1.rl.klCoef=0.1 --out sweep/run-006.json');
  await expectWellMade(page);
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Seeds from')).toHaveValue('2');
  await expect(page.getByRole('textbox', { name: 'Values' })).toHaveValue('0,0.1');
  await expect(page.locator('#sweep-state')).toContainText('3 seeds × 2 values: 6 runs');
  expect(problems).toEqual([]);
});
