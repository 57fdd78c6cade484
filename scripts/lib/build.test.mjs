import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../ensure.mjs';
import { buildConstants, CONTENT_SECURITY_POLICY } from './build.mjs';

it('public/_headers sets the policy of the page', () => {
  const headers = readFileSync(path.join(root, 'public/_headers'), 'utf8');
  expect(headers).toContain(`Content-Security-Policy: ${CONTENT_SECURITY_POLICY}; frame-ancestors`);
});

it('build information is complete', () => {
  expect(JSON.parse(buildConstants().__BUILD__)).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    commit: expect.stringMatching(/^(unknown|[0-9a-f]{7,}(-dirty)?)$/),
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
});
