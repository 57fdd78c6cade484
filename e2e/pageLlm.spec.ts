import { expect, test, type Page } from '@playwright/test';
import { watch } from './support';

/** Addresses of the chunk with WebLLM that were asked for; the build names it after the library's folder. */
function libraryRequests(page: Page): string[] {
  const seen: string[] = [];
  page.context().on('request', (request) => {
    if (/\/assets\/lib-[^/]*\.js$/.test(new URL(request.url()).pathname)) seen.push(request.url());
  });
  return seen;
}

/** What a page sees of a good GPU; workers have this machine's own. */
async function pretendGpu(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const adapter = {
      limits: {
        maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 31, maxComputeWorkgroupStorageSize: 2 ** 15,
        maxStorageBuffersPerShaderStage: 10,
      },
      features: new Set(['shader-f16']),
      info: { vendor: 'a GPU of this test', architecture: '', device: '', description: '' },
    };
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => ({ requestAdapter: () => Promise.resolve(adapter) }) });
  });
}

async function chooseIt(page: Page): Promise<void> {
  await page.goto('./?backend=cpu&view=lab');
  await page.getByRole('checkbox', { name: 'An LLM in this page' }).check();
}

test('without a GPU the model in this page says so and offers a URL', async ({ page }) => {
  const { problems } = watch(page);
  const library = libraryRequests(page);
  // Whatever this machine has: WebGPU is there and finds nothing.
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'gpu', { get: () => ({ requestAdapter: () => Promise.resolve(null) }) });
  });
  await chooseIt(page);
  await expect(page.getByTestId('page-llm-missing')).toContainText('WebGPU finds no GPU that it can use here.');
  await expect(page.getByText('No model can run in this page: choose an LLM behind a URL instead.')).toBeVisible();
  await page.getByRole('button', { name: 'Ask an LLM behind a URL instead' }).click();
  await expect(page.getByRole('heading', { name: 'The LLM behind a URL' })).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'An LLM in this page' })).not.toBeChecked();
  expect(library).toEqual([]);
  expect(problems).toEqual([]);
});

test('the library comes when a model is wanted, in a worker that the page\'s policy lets work, up to the first download', async ({ page }) => {
  const library = libraryRequests(page);
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  await pretendGpu(page);
  const wanted: string[] = [];
  await page.context().route(/huggingface\.co|githubusercontent\.com/, (route) => {
    wanted.push(route.request().url());
    return route.abort('internetdisconnected');
  });
  await chooseIt(page);
  const list = page.getByRole('group', { name: /^Models/ });
  await expect(list.getByRole('radio', { name: 'Qwen2.5-0.5B-Instruct' })).toBeChecked();
  await list.getByRole('radio', { name: 'SmolLM2-360M-Instruct' }).check();
  await expect(page.getByText('a download of about 203 MB from huggingface.co')).toBeVisible();
  await expect(page.getByText('Load the model in this page first.')).toBeVisible();
  expect(library).toEqual([]);
  await page.getByRole('button', { name: 'Download and load' }).click();
  await expect(page.getByRole('alert')).toContainText('The download broke off: huggingface.co');
  expect(library).toHaveLength(1);
  expect(wanted[0]).toBe('https://huggingface.co/mlc-ai/SmolLM2-360M-Instruct-q4f16_1-MLC/resolve/main/mlc-chat-config.json');
  expect(violations).toEqual([]);
});

test('a model that is in this browser is marked, and can be removed', async ({ page }) => {
  const { problems } = watch(page);
  await pretendGpu(page);
  await page.goto('./?backend=cpu&view=lab');
  // As the library keeps a model: a list of shards, and the shards.
  await page.evaluate(async () => {
    const folder = 'https://huggingface.co/mlc-ai/SmolLM2-360M-Instruct-q4f16_1-MLC/resolve/main/';
    const kept = await caches.open('webllm/model');
    await kept.put(`${folder}tensor-cache.json`, new Response(JSON.stringify({ records: [{ dataPath: 'params_shard_0.bin' }] })));
    await kept.put(`${folder}params_shard_0.bin`, new Response('weights'));
  });
  await page.getByRole('checkbox', { name: 'An LLM in this page' }).check();
  const row = page.getByRole('row', { name: /SmolLM2-360M-Instruct/ });
  await expect(row).toContainText('in this browser');
  await page.getByRole('radio', { name: 'SmolLM2-360M-Instruct' }).check();
  await expect(page.getByText('is in this browser already: nothing is downloaded')).toBeVisible();
  await row.getByRole('button', { name: 'Remove SmolLM2-360M-Instruct from this browser' }).click();
  await expect(page.getByText('SmolLM2-360M-Instruct is removed from this browser.')).toBeVisible();
  await expect(row).not.toContainText('in this browser');
  // The list of shards is left by the library.
  await page.getByRole('button', { name: 'Remove all downloads' }).click();
  await expect(page.getByText('All downloaded models are removed from this browser.')).toBeVisible();
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
  expect(problems).toEqual([]);
});
