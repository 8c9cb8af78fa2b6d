import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import { startMockedAerie } from '@support/mock-engine';

const MODELS = join(process.cwd(), 'libs/tokenization/fixtures');
const MOCK_ENGINE = `'${process.execPath}' '${join(process.cwd(), 'dist/apps/mock-engine/src/main.js')}' serve tiny-chat`;

const running: { stop(): Promise<unknown> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.stop()));
});

function complete(url: string, rank?: number): Promise<Response> {
  return fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(rank === undefined ? {} : { 'X-data-parallel-rank': String(rank) }),
    },
    body: JSON.stringify({ prompt: 'Hi', max_tokens: 2, ignore_eos: true }),
  });
}

describe('data-parallel engines', () => {
  it('behind one server take turns, but for a request that names its rank', async () => {
    const mocked = await startMockedAerie(['--data-parallel-size', '3'], {
      engineArgs: ['--data-parallel-size', '3', '--data-parallel-size-local', '3'],
    });
    running.push(mocked);
    const ranks: number[] = [];
    mocked.engine.onEvent = (event) => void (event.type === 'add' && ranks.push(event.rank));
    for (const rank of [undefined, undefined, undefined, 2, 2, 0]) {
      expect((await complete(mocked.aerie.url, rank)).status).toBe(200);
    }
    await mocked.engine.sync();
    expect([ranks.slice(0, 3).sort(), ranks.slice(3)]).toEqual([
      [0, 1, 2],
      [2, 2, 0],
    ]);
    const refused = await complete(mocked.aerie.url, 3);
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { message: expect.stringContaining('data_parallel_rank 3 is out of range [0, 3)') as string } },
    ]);
  });

  it.each([
    [
      'hybrid',
      [
        ['--data-parallel-hybrid-lb', '-dpl', '1'],
        ['-dpr', '1', '-dpl', '1'],
      ],
    ],
    [
      'external',
      [
        ['--data-parallel-rank', '0'],
        ['--data-parallel-rank', '1'],
      ],
    ],
  ])('have a server each with %s load balancing', async (_, flagsOfNodes) => {
    for (const flags of flagsOfNodes) {
      const node = await startAerie(
        ['tiny-chat', '--engine-command', MOCK_ENGINE, '--data-parallel-size', '2', ...flags],
        { cwd: MODELS },
      );
      running.push(node);
      // Ranks in the header count from the first engine of the server.
      expect((await complete(node.url, 0)).status).toBe(200);
      expect((await complete(node.url, 1)).status).toBe(400);
    }
  });
});
