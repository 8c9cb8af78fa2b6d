import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { loadFamily, loadServers } from './corpus.js';
import type { CompatCase } from './corpus.js';
import { playCase } from './play-case.js';
import { ScriptedEngine } from './scripted-engine.js';

const families = [
  'completions',
  'completion_errors',
  'chat',
  'chat_errors',
  'chat_format',
  'batch_chat',
  'render',
  'scoring',
  'tokenize',
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
const verdicts = new Map<string, string | undefined>();

describe.each([...new Set(cases.map(({ server }) => server))])('server variant %s', (variant) => {
  let aerie: AerieProcess;
  let engine: ScriptedEngine;

  beforeAll(async () => {
    const { args, env } = variants[variant];
    const port = await freePort();
    const attaching = ScriptedEngine.attach(`tcp://127.0.0.1:${port}`);
    aerie = await startAerie(
      [
        ...['tiny-chat', '--engine', 'vllm', '--data-parallel-size-local', '0'],
        ...['--data-parallel-address', '127.0.0.1', '--data-parallel-rpc-port', String(port), ...args],
      ],
      { env, cwd: join(process.cwd(), 'libs/tokenization/fixtures') },
    );
    engine = await attaching;
  });

  afterAll(async () => {
    engine.close();
    await aerie.stop();
  });

  it.each(cases.filter(({ server }) => server === variant).map((recorded) => [recorded.name, recorded] as const))(
    '%s',
    async (name, recorded: CompatCase) => {
      const difference = await playCase(aerie.url, engine, recorded);
      verdicts.set(name, difference);
      if (!exceptions.has(name)) expect(difference).toBeUndefined();
    },
  );
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

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
