import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutForRelease } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { loadEngineLayouts } from './load-engine-layouts.js';

const directory = mkdtempSync(join(tmpdir(), 'aerie-layouts-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('loadEngineLayouts', () => {
  it('reads what aerie layouts wrote', () => {
    const { structs } = loadEngineLayouts('libs/engine-protocol/fixtures/manifest-0.32.json');
    expect(structs.EngineCoreRequest).toEqual(layoutForRelease('0.32.0').structs.EngineCoreRequest);
  });

  it.each([
    ['that is not there', undefined, 'ENOENT: no such file or directory'],
    ['that is no JSON', 'no', 'Unexpected token'],
    ['that is no manifest', '[]', 'the layout manifest is not a JSON object'],
  ])('names a file %s', (_, text, reason) => {
    const file = join(directory, 'layouts.json');
    if (text !== undefined) writeFileSync(file, text);
    const attempt = () => loadEngineLayouts(file);
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(`--engine-layouts ${file}: `);
    expect(attempt).toThrow(reason);
  });
});
