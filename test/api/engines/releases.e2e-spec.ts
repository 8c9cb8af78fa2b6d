import { afterEach, describe, expect, it } from 'vitest';
import { isReleaseFrom, KNOWN_RELEASES } from '@app/engine-protocol';
import type { EngineOutput, EngineRequest, SchedulerStats } from '@app/engine-protocol';
import { repeatTokens } from '@app/scripted-engine';
import { engineRequest } from '@testing/engine-client';
import { connectScriptedEngine } from '@support/scripted-engine';
import type { ConnectedEngine } from '@support/scripted-engine';

let connected: ConnectedEngine;
let asked: EngineRequest[];
let aborted: Promise<readonly string[]>;

afterEach(() => connected.close());

/** An engine of the release that says 5 6 5 6 …, behind a client that is told the release only when the engine does not tell it. */
async function connect(release: string): Promise<void> {
  asked = [];
  const speak = repeatTokens([5, 6], { maxModelLen: 512 });
  const names = isReleaseFrom('0.23', release);
  let noteAbort!: (requestIds: readonly string[]) => void;
  aborted = new Promise((resolve) => (noteAbort = resolve));
  connected = await connectScriptedEngine({
    release,
    script: {
      mode: (request, index) => {
        asked.push(request);
        return speak(request, index);
      },
    },
    tell: (event) => event.type === 'abort' && noteAbort(event.requestIds),
    client: names ? {} : { release, maxModelLen: 512 },
  });
}

interface Heard {
  readonly outputs: readonly EngineOutput[];
  readonly weightVersion: string | undefined;
}

function ask(request: EngineRequest): Promise<Heard> {
  const outputs: EngineOutput[] = [];
  return new Promise((resolve, reject) => {
    connected.client.add(request, {
      push: (output, _, weightVersion) => {
        outputs.push(output);
        if (output.finishReason !== undefined) resolve({ outputs, weightVersion });
      },
      fail: reject,
    });
  });
}

const promptTokenIds = Array.from({ length: 40 }, (_, index) => index + 100);

function request(requestId: string, sampling: Partial<EngineRequest['sampling']> = {}): EngineRequest {
  const plain = engineRequest(requestId);
  return { ...plain, promptTokenIds, sampling: { ...plain.sampling, maxTokens: 3, ...sampling } };
}

/** Log probabilities as plain numbers. */
function rows({ logprobs }: EngineOutput): unknown {
  return logprobs && [logprobs.columns, Array.from(logprobs.tokenIds), Array.from(logprobs.ranks)];
}

describe.each(KNOWN_RELEASES)('an engine of vLLM %s', (release) => {
  it('is understood, and understands', async () => {
    await connect(release);
    const { client, server } = connected;
    expect(client.info).toMatchObject({ maxModelLen: 512, numGpuBlocks: 64 });
    expect(client.info.vllmVersion).toBe(isReleaseFrom('0.23', release) ? release : undefined);
    expect(client.supportedTasks).toEqual(['generate']);

    const stats: SchedulerStats[] = [];
    client.onSchedulerStats((_, latest) => stats.push(latest));
    const facts = {
      priority: 3,
      cacheSalt: 'salt',
      traceHeaders: { traceparent: '00-1' },
      externalRequestId: 'outer',
      reasoningEnded: true,
      ...(isReleaseFrom('0.28', release) ? { sessionId: 'session' } : {}),
    };
    const first = await ask({ ...request('a', { seed: 4, logprobs: 1, promptLogprobs: 0 }), ...facts });
    expect(asked[0]).toMatchObject({
      ...facts,
      requestId: 'a',
      promptTokenIds,
      sampling: { maxTokens: 3, seed: 4, logprobs: 1, promptLogprobs: 0 },
    });
    expect(first.outputs.map(({ newTokenIds, finishReason }) => [newTokenIds, finishReason])).toEqual([
      [[5], undefined],
      [[6], undefined],
      [[5], 'length'],
    ]);
    expect(first.outputs.map(rows)).toEqual([
      [2, [5, 0], [1]],
      [2, [6, 0], [1]],
      [2, [5, 0], [1]],
    ]);
    expect(Array.from(first.outputs[0].promptLogprobs?.tokenIds ?? [])).toEqual(promptTokenIds.slice(1));
    expect(first.outputs[0].events?.map(({ type }) => type)).toEqual(['queued', 'scheduled']);
    expect(first.outputs[0].prefillStats?.numCachedTokens ?? 0).toBe(0);
    expect(first.weightVersion).toBe(isReleaseFrom('0.32', release) ? 'default' : undefined);

    const second = await ask({ ...request('b'), cacheSalt: 'salt' });
    expect(second.outputs[0].prefillStats?.numCachedTokens).toBe(32);
    expect(stats.slice(0, 3).map(({ numRunningReqs, kvCacheUsage }) => [numRunningReqs, kvCacheUsage])).toEqual([
      [1, 3 / 64],
      [1, 3 / 64],
      [0, 0],
    ]);

    // Five hundred steps would follow.
    const endless = { ...request('c', { maxTokens: 470 }) };
    await new Promise<void>((resolve, reject) => {
      client.add(endless, { push: () => resolve(), fail: reject });
    });
    client.abort(['c']);
    expect(await aborted).toEqual(['c']);
    expect(server.inFlight).toBe(0);
    expect(await client.utility('is_sleeping', [])).toBe(false);
  });
});
