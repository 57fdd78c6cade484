import { expect, test } from '@playwright/test';
import { runToItsEnd, set, watch } from './support';

/**
 * The same page on WebGPU, on Chromium's software adapter: seconds a pass, so everything is at its smallest. Where the
 * adapter is missing the run fails, and so does this test.
 */
test('a tiny experiment runs on WebGPU to its verdict', async ({ page }) => {
  const { problems } = watch(page);
  await page.goto('./?backend=webgpu');
  await set(page, {
    'sft.source': 'live',
    'sft.steps': '1',
    'sft.batch': '2',
    'model.width': '32',
    'model.layers': '1',
    'pairs.count': '16',
    'ai.labeler': 'noisy',
    'rewardModel.epochs': '1',
    'rewardModel.batch': '16',
    'rl.iterations': '1',
    'rl.batch': '2',
    'evaluation.validationPosts': '4',
    'evaluation.testPosts': '8',
    'evaluation.diversityPosts': '2',
    'evaluation.diversitySamples': '2',
  });
  await runToItsEnd(page, 840_000);
  await expect(page.getByText(/WebGPU/).first()).toBeVisible();
  expect(problems).toEqual([]);
});
