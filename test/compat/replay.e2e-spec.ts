import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie } from '@support/mock-engine';
import { loadFamily, loadServers } from './corpus.js';
import type { CompatCase } from './corpus.js';
import { playCase } from './play-case.js';

const families = [
  ...[
    'completions',
    'completion_errors',
    'chat',
    'chat_errors',
    'chat_format',
    'chat_tools',
    'chat_reasoning',
    'batch_chat',
  ],
  ...['generate', 'render', 'scoring', 'tokenize', 'engine_faults', 'meta', 'transport'],
];
const cases = families.flatMap(loadFamily);
const variants = loadServers();

/** `| name | reason |` rows of README.md: the cases we do not give, each with its reason. */
const exceptions = new Map(
  [
    ...readFileSync(join(process.cwd(), 'test/compat/README.md'), 'utf8').matchAll(
      /^\| `([a-z_]+\/[^`]+)` +\| (.+?) +\|$/gm,
    ),
  ].map(([, name, reason]) => [name, reason] as const),
);
/** First difference by case; undefined when it is equal. */
const verdicts = new Map<string, string | undefined>();

describe.concurrent.each([...new Set(cases.map(({ server }) => server))])('server variant %s', (variant) => {
  let stage: MockedAerie;

  beforeAll(async () => {
    const { args, env } = variants[variant];
    stage = await startMockedAerie(args, { env, engineArgs: ['--max-model-len', '512'] });
  });

  afterAll(() => stage.stop());

  // One engine, one script: the cases of a server come one after the other.
  it.sequential.each(
    cases.filter(({ server }) => server === variant).map((recorded) => [recorded.name, recorded] as const),
  )('%s', async (name, recorded: CompatCase) => {
    const difference = await playCase(stage, recorded);
    verdicts.set(name, difference);
    if (!exceptions.has(name)) expect(difference).toBeUndefined();
  });
});

describe('the corpus', () => {
  it('has no exception that is none', () => {
    expect([...exceptions.keys()].filter((name) => !verdicts.get(name))).toEqual([]);
  });

  afterAll(() => {
    for (const family of families) {
      const own = cases.filter(({ name }) => name.startsWith(`${family}/`));
      const equal = own.filter(({ name }) => verdicts.has(name) && verdicts.get(name) === undefined);
      console.log(`${family}: ${equal.length} of ${own.length} equal`);
    }
  });
});
