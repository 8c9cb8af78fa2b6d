import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import { ConfigProblemsError } from '@server/config/index';
import { ApiKeys } from '@server/http/api-keys';
import { readKeysFile } from './read-keys-file.js';
import { refreshKeys } from './refresh-keys.js';

const directory = mkdtempSync(join(tmpdir(), 'aerie-keys-'));
afterAll(() => rm(directory, { recursive: true }));
const at = (...names: readonly string[]): string => join(directory, ...names);

/** SHA-256 of `one` and `two`, as `sha256sum` writes them. */
const ONE = '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed';
const TWO = '3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3';

describe('readKeysFile', () => {
  const read = async (text: string) => {
    await writeFile(at('keys'), text);
    return readKeysFile(at('keys'));
  };

  it('is nothing without a path', () => {
    expect(readKeysFile(undefined)).toBeUndefined();
  });

  it.each([
    [
      'YAML',
      `keys:\n- name: web\n  sha256: ${ONE}\n  scopes: [infer, tokenize]\n- {name: ops, sha256: ${TWO}, scopes: [admin], expires: 2030-01-31}\n`,
    ],
    [
      'JSON',
      JSON.stringify({
        keys: [
          { name: 'web', sha256: ONE.toUpperCase(), scopes: ['infer', 'tokenize'] },
          { name: 'ops', sha256: TWO, scopes: ['admin'], expires: '2030-01-31T02:00:00+02:00' },
        ],
      }),
    ],
  ])('reads %s', async (_, text) => {
    expect(await read(text)).toEqual([
      {
        name: 'web',
        digest: Buffer.from(ONE, 'hex'),
        scopes: new Set(['infer', 'tokenize']),
        expiresAt: undefined,
      },
      { name: 'ops', digest: Buffer.from(TWO, 'hex'), scopes: new Set(['admin']), expiresAt: Date.UTC(2030, 0, 31) },
    ]);
  });

  const SHAPE = 'it must have "keys", a list of at most 1000 objects, and nothing else';
  const EXPIRES =
    'key 1: expires must be a date (from its start, in UTC), or a time with its zone: 2030-01-31T12:00:00Z';
  const key = (facts: object) => JSON.stringify({ keys: [{ name: 'a', sha256: ONE, scopes: ['infer'], ...facts }] });

  it.each([
    ['keys: [', ['it is neither YAML nor JSON (line 1)']],
    ['a: 1\nb: *secret', ['it is neither YAML nor JSON']],
    ['', [SHAPE]],
    ['[]', [SHAPE]],
    ['keys: {}', [SHAPE]],
    ['keys: [sk-secret]', [SHAPE]],
    [`keys: []\nkey: []`, [SHAPE]],
    [JSON.stringify({ keys: Array.from({ length: 1001 }, () => ({})) }), [SHAPE]],
    [
      'keys: [{}]',
      [
        'key 1: name must be 1 to 64 letters, digits or "._@-"',
        'key 1: sha256 must be 64 hex digits',
        'key 1: scopes must be a list with at least one',
      ],
    ],
    [key({ name: 'a b' }), ['key 1: name must be 1 to 64 letters, digits or "._@-"']],
    [key({ sha256: 'sk-secret' }), ['key 1: sha256 must be 64 hex digits']],
    [key({ scopes: [] }), ['key 1: scopes must be a list with at least one']],
    [key({ scopes: 'infer' }), ['key 1: scopes must be a list with at least one']],
    [key({ scopes: ['infer', 'all'] }), ['key 1: scopes must be among infer, tokenize, metrics, admin']],
    [key({ expires: '31.1.2030' }), [EXPIRES]],
    [key({ expires: '2030-02-31' }), [EXPIRES]],
    [key({ expires: '2030-01-31T12:00:00' }), [EXPIRES]],
    [key({ expires: 1893456000 }), [EXPIRES]],
    [key({ expire: '2030-01-31' }), ['key 1: property expire should not exist']],
    [
      JSON.stringify({ keys: [1, 2].map(() => ({ name: 'a', sha256: ONE, scopes: ['infer'] })) }),
      ['key 2: key 1 has the same name', 'key 2: key 1 has the same sha256'],
    ],
  ])('says what is wrong with %s', async (text, problems) => {
    await expect(read(text)).rejects.toEqual(
      new ConfigProblemsError(problems.map((problem) => `--api-keys-file: ${at('keys')}: ${problem}`)),
    );
  });

  it.each(['nobody', '.'])('says that %s cannot be read', (name) => {
    expect(() => readKeysFile(at(name))).toThrow('it cannot be read');
  });

  it('throws nothing else, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        await expect(read(text)).rejects.toBeInstanceOf(ConfigProblemsError);
      }),
    );
  });
});

describe('refreshKeys', () => {
  const text = (sha256: string) => JSON.stringify({ keys: [{ name: 'a', sha256, scopes: ['infer'] }] });

  it('takes what is new; a file that is wrong, or gone, changes nothing', async () => {
    const path = at('followed.json');
    await writeFile(path, text(ONE));
    const keys = new ApiKeys([], readKeysFile(path));
    /** The line about it, and the keys that are good then. */
    const refresh = (): readonly [string, readonly string[]] => {
      const lines: string[] = [];
      const logger = createLogger({ destination: { write: (line) => void lines.push(line.slice(13)) } });
      refreshKeys({ path, keys, logger });
      return [lines.join(''), ['one', 'two'].filter((key) => keys.find(key) !== undefined)];
    };
    const stays = (problem: string) =>
      `warn  the new API keys cannot be used: the old ones stay problem="--api-keys-file: ${path}: ${problem}"\n`;

    await writeFile(path, text(TWO));
    expect(refresh()).toEqual(['info  the API keys were read again keys=1\n', ['two']]);
    await writeFile(path, `${text(ONE)}}`);
    expect(refresh()).toEqual([stays('it is neither YAML nor JSON (line 1)'), ['two']]);
    await rm(path);
    expect(refresh()).toEqual([stays('it cannot be read'), ['two']]);
    await writeFile(path, text(ONE));
    expect(refresh()).toEqual(['info  the API keys were read again keys=1\n', ['one']]);
  });
});
