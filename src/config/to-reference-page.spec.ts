import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toReferencePage } from './to-reference-page.js';

it('CONFIGURATION.md is what `npm run docs:config` writes', async () => {
  await expect(toReferencePage()).toMatchFileSnapshot(join(import.meta.dirname, 'CONFIGURATION.md'));
});
