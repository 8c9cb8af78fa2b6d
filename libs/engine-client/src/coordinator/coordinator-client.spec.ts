import { capturedMessage } from '@testing/engine-protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { XPublisher } from 'zeromq';
import { ConfigurationError } from '@app/errors';
import { encodeCoordinatorReport } from '@app/engine-protocol';
import type { EngineLoad } from '@app/engine-protocol';
import { zmqContext } from '../transport/zmq-context.js';
import { CoordinatorClient } from './coordinator-client.js';
import type { CoordinatorClientOptions } from './coordinator-client.js';

/** The socket of a coordinator that is not ours. */
let publisher: XPublisher;
const clients: CoordinatorClient[] = [];

beforeEach(async () => {
  publisher = new XPublisher({ context: zmqContext, linger: 0, verbosity: 'allSubs' });
  await publisher.bind('tcp://127.0.0.1:*');
});

afterEach(() => {
  clients.splice(0).forEach((client) => client.close());
  publisher.close();
});

async function publish(captured: string): Promise<void> {
  await publisher.send(capturedMessage(captured).frames[0]);
}

const defaults: CoordinatorClientOptions = {
  startRank: 0,
  engineCount: 2,
  release: '0.32.0',
  onCounts: () => undefined,
  onBroken: (reason) => expect.fail(reason),
};

/** A client that is subscribed, and the loads it told of, newest last. */
async function subscribed(options: Partial<CoordinatorClientOptions> = {}) {
  const told: (readonly EngineLoad[])[] = [];
  const client = CoordinatorClient.connect(publisher.lastEndpoint!, {
    ...defaults,
    onCounts: (loads) => told.push(loads),
    ...options,
  });
  clients.push(client);
  const [subscription] = await publisher.receive();
  return { client, told, subscription };
}

describe('CoordinatorClient', () => {
  it('subscribes as vLLM’s front ends do', async () => {
    const { subscription } = await subscribed();
    expect(subscription).toEqual(capturedMessage('subscription of a front end').frames[0]);
  });

  it('reads what vLLM’s coordinator publishes', async () => {
    const { client, told } = await subscribed();
    await publish('publish: counts');
    const idle = { waiting: 0, running: 0, kvCacheUsage: 0 };
    await vi.waitFor(() => expect(told).toEqual([[{ ...idle, waiting: 1 }, idle]]));
    await publish('publish: wave started');
    await vi.waitFor(() => expect([client.wave, client.running]).toEqual([0, true]));
    await publish('publish: wave finished');
    await vi.waitFor(() => expect([client.wave, client.running]).toEqual([1, false]));
    expect(told).toHaveLength(1);
  });

  it('tells of its own engines only, and of all that are there', async () => {
    const { client, told } = await subscribed({ startRank: 1 });
    const counts = [0, 1, 2, 3].map((waiting) => ({ waiting, running: 0 }));
    const publishCounts = async (engines: number) =>
      publisher.send(encodeCoordinatorReport({ counts: counts.slice(0, engines), wave: 0, running: false }));
    await publishCounts(4);
    await publishCounts(2);
    await vi.waitFor(() => expect(told.map((loads) => loads.map(({ waiting }) => waiting))).toEqual([[1, 2], [1]]));
    client.scale(3);
    await publishCounts(4);
    await vi.waitFor(() => expect(told[2]?.map(({ waiting }) => waiting)).toEqual([1, 2, 3]));
  });

  it('tells of the first request after an idle time, once', async () => {
    const { client } = await subscribed();
    client.noticeFirstRequest(1);
    client.noticeFirstRequest(0);
    expect(client.running).toBe(true);
    await publish('publish: wave finished');
    await vi.waitFor(() => expect(client.running).toBe(false));
    client.noticeFirstRequest(0);
    expect([await publisher.receive(), await publisher.receive()]).toEqual([
      [Buffer.from([0x92, 1, 0])],
      [Buffer.from([0x92, 0, 1])],
    ]);
  });

  it('tells nothing from 0.33 on, where engines do', async () => {
    const { client } = await subscribed({ release: '0.33.0' });
    client.noticeFirstRequest(0);
    client.scale(3);
    const scale = Buffer.from(`92b0${Buffer.from('SCALE_ELASTIC_EP').toString('hex')}03`, 'hex');
    expect(await publisher.receive()).toEqual([scale]);
  });

  it('drops and counts what it cannot read', async () => {
    const { client } = await subscribed();
    for (const hex of ['', 'c1', '93c000', '93919101c0c2']) {
      await publisher.send(Buffer.from(hex, 'hex'));
    }
    await publish('publish: wave finished');
    await vi.waitFor(() => expect(client.wave).toBe(1));
    expect(client.droppedMessages).toBe(4);
  });

  it('refuses what is no address', () => {
    expect(() => CoordinatorClient.connect('tcp://nowhere', defaults)).toThrow(ConfigurationError);
  });
});
