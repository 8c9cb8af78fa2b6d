import { encodeUtilityCall, requestTypeFrame, RequestType } from '@app/engine-protocol';
import { CORE_INFO, RawFrontEnd } from '@testing/engine-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repeatTokens } from './answers/repeat-tokens.js';
import { serveScriptedEngine } from './serve-scripted-engine.js';
import type { ScriptedEngine } from './serve-scripted-engine.js';

let frontEnd: RawFrontEnd;
let engine: ScriptedEngine;

beforeEach(async () => {
  frontEnd = await RawFrontEnd.listen(2);
});

afterEach(async () => {
  await engine.server.close();
  frontEnd.close();
});

async function serve(release: string): Promise<void> {
  const { inputAddresses, outputAddresses } = frontEnd;
  engine = await serveScriptedEngine({
    info: CORE_INFO,
    script: {
      mode: repeatTokens(undefined, CORE_INFO),
      stepping: 'batch',
      expectedRequests: 0,
      intervalMs: 0,
      utilities: new Map(),
    },
    tell: () => undefined,
    wire: { rank: 3, release, inputAddresses, outputAddresses },
  });
  for (const client of frontEnd.clients) await client.registration();
}

/** Sends the call from client 1, and gives its answer: the result or the failure. */
async function call(method: string, args: readonly unknown[] = []): Promise<unknown> {
  const payload = encodeUtilityCall({ clientIndex: 1, callId: 8, method, args });
  await frontEnd.clients[1].send([requestTypeFrame(RequestType.utility), payload], 3);
  const output = (await frontEnd.clients[1].receive())?.utilityOutput;
  return output?.failureMessage ?? output?.result;
}

const reconfigure = (rank: number) => call('reinitialize_distributed', [{ new_data_parallel_rank: rank }]);
const notification = async () => (await frontEnd.clients[0].receive())?.utilityOutput;

describe('a change of the number of engines', () => {
  it('happens at once until 0.26, and client 0 hears of it', async () => {
    await serve('0.26.0');
    expect(await reconfigure(-1)).toBeNull();
    expect(await notification()).toEqual({ callId: -1, result: ['RECONFIGURE_FINISHED', 3] });
    expect(await reconfigure(1)).toBeNull();
    expect(await notification()).toEqual({ callId: -1, result: ['RECONFIGURE_FINISHED', 1] });
  });

  it('is prepared, then committed, from 0.27 on', async () => {
    await serve('0.33.0');
    expect(await call('commit_prepared_elastic_ep')).toContain('nothing was prepared');
    expect(await reconfigure(-1)).toBe('elastic_ep_ready_3');
    expect(await call('commit_prepared_elastic_ep')).toBeNull();
    expect(await notification()).toEqual({ callId: -1, result: ['RECONFIGURE_FINISHED', 3] });
  });

  it.each(['0.26.0', '0.33.0'])('ends an engine of %s that is not to be there any more', async (release) => {
    await serve(release);
    expect(await reconfigure(-2)).toBeNull();
    expect(await notification()).toEqual({ callId: -1, result: ['SHUTDOWN_COMPLETE', 3] });
    expect(await engine.server.ended).toBeUndefined();
  });

  it('fails for a rank that is none', async () => {
    await serve('0.33.0');
    expect(await reconfigure(-3)).toContain('new_data_parallel_rank must be -2, -1 or a rank');
    expect(await call('reinitialize_distributed')).toContain('new_data_parallel_rank must be');
  });
});
