import { afterEach, describe, expect, it } from 'vitest';
import { EngineClient } from '@app/engine-client';
import { decodeRegistration } from '@app/engine-protocol';
import { engineRequest, RecordingSink } from '@testing/engine-client';
import { addFrames, engineRequest as wireRequest, RawFrontEnd } from '@testing/engine-server';
import { freePort } from '@support/free-port';
import { MockEngine } from '@support/mock-engine';
import type { MockEngineEvent } from '@support/mock-engine';

let engines: MockEngine | undefined;
let client: EngineClient | undefined;

afterEach(async () => {
  await client?.close();
  await engines?.stop();
  client = undefined;
});

/** Two engine cores of one process, started as `vllm serve MODEL --headless` is, and a front end of them. */
async function joinTwo(...args: readonly string[]): Promise<MockEngineEvent[]> {
  const port = await freePort();
  const events: MockEngineEvent[] = [];
  const at = ['--data-parallel-address', '127.0.0.1', '--data-parallel-rpc-port', String(port)];
  const ranks = ['--data-parallel-size', '2', '--data-parallel-size-local', '2', '--data-parallel-start-rank', '0'];
  engines = MockEngine.run(['serve', 'tiny-chat', '--headless', ...at, ...ranks, ...args]);
  engines.onEvent = (event) => events.push(event);
  client = await EngineClient.connect({
    engineCount: 2,
    readyTimeoutMs: 30_000,
    attachment: { type: 'handshake', handshakeAddress: `tcp://127.0.0.1:${port}` },
  });
  return events;
}

/** The tokens that the engine of that rank says. */
async function answerOf(rank: number, sampling: { readonly maxTokens: number }): Promise<readonly number[]> {
  const tokens: number[] = [];
  const sink = new RecordingSink(({ newTokenIds }) => tokens.push(...newTokenIds));
  const plain = engineRequest(`r${rank}`, { dataParallelRank: rank });
  client?.add({ ...plain, sampling: { ...plain.sampling, ...sampling } }, sink);
  await sink.ended;
  return tokens;
}

describe('the process of the mock engine', () => {
  it('is several headless engines, which answer a prompt alike, and end together', async () => {
    const events = await joinTwo('--prompt-hash', '--vocab-size', '1000');
    const [one, other] = [await answerOf(0, { maxTokens: 8 }), await answerOf(1, { maxTokens: 8 })];
    expect(one).toHaveLength(8);
    expect(other).toEqual(one);
    await engines?.sync();
    const requests = events.filter(({ type }) => type === 'add' || type === 'init');
    expect(requests.map(({ type, rank }) => `${rank} ${type}`).sort()).toEqual(['0 add', '0 init', '1 add', '1 init']);
    await engines?.command({ type: 'fault', fault: 'death', rank: 1 });
    expect(await engines?.exited).toBe(1);
  });

  it('refuses a command for an engine that it does not have', async () => {
    await joinTwo();
    await expect(engines?.command({ type: 'heal', rank: 2 })).rejects.toThrow('rank must be one of 0, 1');
  });

  it('kills itself when it is told to', async () => {
    await joinTwo('--fault', 'exit@request=1');
    client?.add(engineRequest('a'), new RecordingSink());
    expect(await engines?.exited).toBeNull();
  });

  it('serves front ends whose sockets it knows, without a word before', async () => {
    const frontEnd = await RawFrontEnd.listen(2);
    const addresses = frontEnd.clients.flatMap(({ input, output }) => [
      '--input-address',
      input,
      '--output-address',
      output,
    ]);
    engines = MockEngine.run([...addresses, '--rank', '3', '--release', '0.32.0', '--ids', '7,8']);
    const [, registration] = await frontEnd.clients[1].registration();
    expect(decodeRegistration(registration)).toMatchObject({ vllmVersion: '0.32.0', dataParallelRank: 3 });
    await frontEnd.clients[0].registration();
    await frontEnd.clients[1].send(addFrames(wireRequest('a', { clientIndex: 1 })), 3);
    const outputs = (await frontEnd.clients[1].receive())?.outputs;
    expect(outputs).toMatchObject([{ requestId: 'a', newTokenIds: [7] }]);
    await engines.stop();
    frontEnd.close();
  });

  it.each([
    [['--speed', '9'], "Unknown option '--speed'"],
    [['--fault', 'fire'], 'the fault "fire" is not KIND'],
  ])('names what is wrong with its command line: %j', async (args, message) => {
    engines = MockEngine.start('ipc:///nowhere', args);
    expect(await engines.exited).toBe(1);
    expect(engines.said).toContain(message);
  });

  it('ends while it starts when it is told to', async () => {
    const frontEnd = await RawFrontEnd.listen();
    engines = MockEngine.start(frontEnd.handshakeAddress, ['--fault', 'start-death']);
    expect(await frontEnd.hear()).toMatchObject({ status: 'HELLO', headless: true });
    await frontEnd.answer(0);
    expect(await engines.exited).toBe(1);
    expect(engines.said).toContain('error: the engine was told to die while it starts');
    frontEnd.close();
  });
});
