import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { labelFileSchema } from '../src/core/labReport';
import { createFakeOpenRouter } from '../src/labelers/llm/testing/fakeOpenRouter';
import { startFakeProvider } from '../src/labelers/llm/testing/fakeProvider';
import { expectWellMade, LONG, watch } from './support';

const PAIRS = 60;

async function openLab(page: Page): Promise<void> {
  await page.goto('./?backend=cpu&view=lab');
  await expect(page.getByRole('heading', { name: /^How far can a labeler be trusted/ })).toBeVisible();
  await page.getByLabel('Pairs judged, at most').fill(String(PAIRS));
  await page.getByLabel('Pairs judged, at most').press('Tab');
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByTestId('lab-announcement')).toHaveText('All labelers are done.', { timeout: 240_000 });
}

const row = (page: Page, name: string | RegExp) => page.getByTestId('lab-leaderboard').getByRole('row', { name });

/** Chooses a file of 24 pairs. */
async function chooseEggs(page: Page): Promise<void> {
  await page.getByText('Your own').click();
  const lines = Array.from({ length: 24 }, (_, i) => JSON.stringify({
    prompt: `How do I cook ${i} eggs?`, chosen: `Cook ${i} eggs in boiling water.`, rejected: 'No idea, sorry.',
  }));
  await page.getByLabel('File of pairs').setInputFiles({
    name: 'eggs.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines.join('\n')),
  });
  await expect(page.getByTestId('lab-import')).toContainText('24 pairs kept');
}

/** All that the page has written where it stays: address, storages, databases. */
function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
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
}

test('people, rules and a small judge judge the built-in world; labels go out and come back', LONG, async ({ page }) => {
  const { problems } = watch(page);
  await openLab(page);
  for (const judge of await page.getByRole('checkbox', { name: /^Judge (S|M|L)/ }).all()) await judge.uncheck();
  await run(page);

  await expect(row(page, /one annotator/)).toContainText(/\d+\.\d%/);
  await expect(row(page, 'longer wins')).toContainText('100.0%');
  await expect(row(page, /^judge XS/)).toContainText('3 trainings');
  await expect(row(page, /^judge XS/)).toContainText('180');
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
  expect(labelFileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).labelers).toHaveLength(8);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByText('Nothing is labelled yet.')).toBeVisible();
  await page.getByLabel('File of labels').setInputFiles(file);
  await expect(page.getByText('labels of 8 labelers belong to these pairs')).toBeVisible();
  expect((await row(page, 'longer wins (recorded)').textContent())?.replace(' (recorded)', '')).toBe(agreement);

  await page.getByRole('checkbox', { name: 'An LLM behind a URL' }).check();
  await page.getByText('The exact prompt for the first pair').click();
  await expect(page.getByLabel('Message of user')).toContainText('Which summary is better?');
  await expectWellMade(page);
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
    const kept = await everythingKept(page);
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
  await expectWellMade(page);

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

test('the prompt and the way of asking are set on screen; examples are not judged', LONG, async ({ page }) => {
  const { problems } = watch(page);
  const provider = await startFakeProvider({ host: 'localhost' });
  try {
    await page.goto('./?view=lab');
    await chooseEggs(page);
    await page.getByRole('checkbox', { name: 'An LLM behind a URL' }).check();
    await page.getByLabel('Provider', { exact: true }).selectOption('Another server');
    await page.getByLabel('Base URL').fill(provider.baseUrl);
    await page.getByRole('combobox', { name: 'Model' }).fill('fake-judge-without-logprobs');
    await page.keyboard.press('Escape');

    await page.getByLabel('Examples in the prompt').selectOption('the surest pairs');
    await page.getByText('The examples (2)').click();
    await expect(page.getByText('Pairs left to judge: 22 of 24.')).toBeVisible();
    await page.getByRole('group', { name: 'Example 2' }).getByLabel('Prompt').fill('Eggs, briefly?');
    await expect(page.getByRole('group', { name: 'Example 2, edited' })).toBeVisible();
    await page.getByText('More about the prompt').click();
    await page.getByLabel('Samples', { exact: true }).fill('2');
    await page.getByLabel('Ending where JSON is read').fill('Which reply? JSON object, please.');
    await page.getByLabel('Extra fields of every request, JSON').fill('{"api_key": "x"}');
    await expect(page.getByText(/"api_key" looks like a key/).first()).toBeVisible();
    await page.getByLabel('Extra fields of every request, JSON').fill('{"top_p": 0.5}');
    await page.getByText('The exact prompt for the first pair').click();
    await expect(page.getByTestId('lab-rung')).toContainText('log-probabilities. A test call decides that');
    await expect(page.getByLabel('Message of user')).toContainText('Eggs, briefly?');
    await expectWellMade(page);
    await run(page);

    await expect(page.getByTestId('lab-rung')).toContainText('JSON with a confidence. A test call found that it can be.');
    await expect(page.getByLabel('Message of user')).toContainText('Which reply? JSON object, please.');
    await expect(row(page, /fake-judge-without-logprobs/).getByRole('cell').last()).toHaveText('22');
    const asked = provider.seen.filter(({ body }) => body.top_p === 0.5 && JSON.stringify(body.messages).includes('Eggs, briefly?'));
    expect(asked).toHaveLength(22 * 2 * 2);
    await page.getByRole('button', { name: 'Back to the original' }).last().click();
    await expect(page.getByLabel('Ending where JSON is read')).not.toHaveValue('Which reply? JSON object, please.');
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([]);
  } finally {
    await provider.close();
  }
});

test('the visitor logs in to OpenRouter and comes back to what was chosen; no code and no key is kept', async ({ page }) => {
  const key = 'sk-or-v1-secret-of-this-test-0123456789';
  const openRouter = createFakeOpenRouter(key);
  const cors = { 'access-control-allow-origin': '*' };
  let verifier = '';
  await page.route('https://openrouter.ai/**', async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (pathname === '/auth') {
      const agreed = openRouter.agree(request.url()).replaceAll('&', '&amp;');
      return route.fulfill({ contentType: 'text/html', body: `<!doctype html><a href="${agreed}">Agree</a>` });
    }
    if (pathname === '/api/v1/auth/keys') {
      const body = request.postDataJSON() as { code_verifier: string };
      verifier = body.code_verifier;
      const { status, reply } = openRouter.exchange(body);
      return route.fulfill({ status, json: reply, headers: cors });
    }
    if (pathname === '/api/v1/models' && request.headers().authorization === `Bearer ${key}`) {
      const data = [{ id: 'maker/model', pricing: { prompt: '0.0000015', completion: '0.000002' }, supported_parameters: ['logprobs'] }];
      return route.fulfill({ json: { data }, headers: cors });
    }
    return route.fulfill({ status: 404, json: {}, headers: cors });
  });

  await page.goto('./?backend=cpu&view=lab');
  await page.getByRole('checkbox', { name: 'Coin' }).uncheck();
  await page.getByRole('checkbox', { name: 'An LLM behind a URL' }).check();
  await page.getByLabel('Provider', { exact: true }).selectOption('OpenRouter');
  await page.getByRole('checkbox', { name: 'Chain of thought' }).check();
  await page.getByRole('button', { name: 'Log in with OpenRouter' }).click();
  const link = page.getByRole('link', { name: 'Agree' });
  const back = (await link.getAttribute('href'))!;
  await link.click();

  await expect(page.getByTestId('lab-announcement')).toHaveText('Logged in to OpenRouter.');
  expect(new URL(page.url()).search).toBe('?backend=cpu&view=lab');
  await expect(page.getByLabel('Provider', { exact: true })).toHaveValue('openrouter');
  await expect(page.getByRole('checkbox', { name: 'Chain of thought' })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Coin' })).not.toBeChecked();
  await expect(page.getByLabel('Key', { exact: true })).toHaveAttribute('placeholder', 'a key is set for this server');
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await expect(page.getByTestId('lab-announcement')).toHaveText('1 models are listed.');
  await page.getByRole('combobox', { name: 'Model' }).fill('maker/model');
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('$ per million tokens in')).toHaveValue('$1.5');
  await expect(page.getByTestId('lab-listed')).toBeVisible();
  await page.getByLabel('$ per million tokens in').fill('3');
  await expect(page.getByTestId('lab-listed')).toHaveCount(0);

  const code = new URL(back).searchParams.get('code')!;
  expect([code.length, verifier.length, key.length].every((length) => length > 20)).toBe(true);
  const kept = await everythingKept(page);
  for (const secret of [code, verifier, key]) expect(kept).not.toContain(secret);

  // The same answer once more: nobody waits for it.
  await page.goto(back);
  await expect(page.getByRole('alert')).toContainText('Log in again here, or type a key.');
  expect(page.url()).not.toContain('code');
  await expectWellMade(page);
});
