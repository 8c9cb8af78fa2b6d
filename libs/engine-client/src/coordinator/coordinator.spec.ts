import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capturedMessage } from '@testing/engine-protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Push, XSubscriber } from 'zeromq';
import { ConfigurationError } from '@app/errors';
import {
  CURRENT_RELEASE,
  decodeCoordinatorReport,
  encodeFrontEndNotice,
  layoutForRelease,
  WireCodec,
} from '@app/engine-protocol';
import type { EngineOutputs } from '@app/engine-protocol';
import { zmqContext } from '../transport/zmq-context.js';
import { Coordinator } from './coordinator.js';
import type { CoordinatorOptions } from './coordinator.js';

const open: { close(): void }[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coordinator-'));
});

afterEach(() => {
  open.splice(0).forEach((part) => part.close());
  rmSync(directory, { recursive: true });
});

async function start(options: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
  return opened(
    await Coordinator.start({ engineCount: 1, mixtureOfExperts: true, dataDirectory: directory, ...options }),
  );
}

function opened<T extends { close(): void }>(part: T): T {
  open.push(part);
  return part;
}

/** Hears what a coordinator publishes, as engines and front ends do. */
class Subscriber {
  private readonly socket = opened(new XSubscriber({ context: zmqContext, linger: 0 }));

  constructor(address: string) {
    this.socket.connect(address);
  }

  async send(frame: Buffer): Promise<void> {
    await this.socket.send(frame);
  }

  close(): void {
    this.socket.close();
  }

  subscribe(): Promise<void> {
    return this.send(capturedMessage('subscription of an engine').frames[0]);
  }

  next(): Promise<Buffer[]> {
    return this.socket.receive();
  }

  /** The next message that is not a report of counts: those come by the clock. */
  async nextChange(): Promise<Buffer> {
    for (;;) {
      const [frame] = await this.next();
      if (decodeCoordinatorReport(frame).counts === undefined) {
        return frame;
      }
    }
  }
}

/** An engine core's two connections to its coordinator. */
class RawEngineSide {
  readonly heard: Subscriber;
  private readonly push = opened(new Push({ context: zmqContext, linger: 0 }));

  constructor({ addresses }: Coordinator) {
    this.heard = new Subscriber(addresses.coordinatorInput);
    this.push.connect(addresses.coordinatorOutput);
  }

  static async ready(coordinator: Coordinator): Promise<RawEngineSide> {
    const engine = new RawEngineSide(coordinator);
    await engine.heard.subscribe();
    await engine.heard.next();
    return engine;
  }

  async send(frame: Buffer): Promise<void> {
    await this.push.send(frame);
  }

  async report(message: Partial<EngineOutputs>): Promise<void> {
    const codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
    await this.send(codec.encodeOutputs({ engineIndex: 0, outputs: [], timestamp: 1, ...message })[0]);
  }
}

async function frontEnd({ addresses }: Coordinator): Promise<Subscriber> {
  const subscriber = new Subscriber(addresses.frontendStatsPublishAddress);
  await subscriber.send(capturedMessage('subscription of a front end').frames[0]);
  await subscriber.next();
  return subscriber;
}

describe('Coordinator', () => {
  it('lets the engines begin when all have subscribed, and one that comes later at once', async () => {
    const coordinator = await start({ engineCount: 2 });
    const [first, second] = [new RawEngineSide(coordinator), new RawEngineSide(coordinator)];
    await first.heard.subscribe();
    const begun = first.heard.next();
    await second.heard.subscribe();
    const gate = capturedMessage('coordinator gate').frames;
    expect([await begun, await second.heard.next()]).toEqual([gate, gate]);
    const late = new RawEngineSide(coordinator);
    await late.heard.subscribe();
    expect(await late.heard.next()).toEqual(gate);
  });

  it('starts waves for the engines that come after a restart, whatever those before were at', async () => {
    const coordinator = await start({ release: '0.32.0' });
    const notice = encodeFrontEndNotice({ type: 'first-request', engine: 0, wave: 0 });
    for (const life of ['first', 'second']) {
      const engine = await RawEngineSide.ready(coordinator);
      const sender = await frontEnd(coordinator);
      await sender.send(notice);
      const [, wave] = await engine.heard.next();
      expect([life, wave]).toEqual([life, Buffer.from('920000', 'hex')]);
      engine.heard.close();
      coordinator.reset();
    }
  });

  it('answers vLLM’s own messages with vLLM’s own bytes', async () => {
    const coordinator = await start({ engineCount: 2, release: '0.32.0' });
    const engine = new RawEngineSide(coordinator);
    await engine.heard.subscribe();
    await new RawEngineSide(coordinator).heard.subscribe();
    await engine.heard.next();
    const client = await frontEnd(coordinator);

    await client.send(capturedMessage('first request notice').frames[0]);
    expect(await engine.heard.next()).toEqual(capturedMessage('START_DP_WAVE after a front-end notice').frames);

    await engine.send(capturedMessage('counts, one waiting').frames[0]);
    expect(await client.next()).toEqual(capturedMessage('publish: counts').frames);

    await engine.send(capturedMessage('start_wave').frames[0]);
    expect(await engine.heard.next()).toEqual(capturedMessage('START_DP_WAVE after an engine notice').frames);
    expect(await client.nextChange()).toEqual(capturedMessage('publish: wave started').frames[0]);

    await engine.send(capturedMessage('wave_complete').frames[0]);
    expect(await client.nextChange()).toEqual(capturedMessage('publish: wave finished').frames[0]);
  });

  it('tells a front end that comes late the wave at once', async () => {
    const coordinator = await start();
    const engine = await RawEngineSide.ready(coordinator);
    await engine.report({ startWave: 7 });
    await engine.heard.next();
    const client = new Subscriber(coordinator.addresses.frontendStatsPublishAddress);
    await client.subscribe();
    const [report] = await client.next();
    expect(decodeCoordinatorReport(report)).toEqual({
      counts: [{ waiting: 0, running: 0, kvCacheUsage: 0 }],
      wave: 7,
      running: true,
    });
  });

  it('passes the load of dense engines on, over tcp', async () => {
    const coordinator = await start({ engineCount: 2, mixtureOfExperts: false, dataDirectory: undefined });
    expect(Object.values(coordinator.addresses)).toEqual(
      Array(3).fill(expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/)),
    );
    const engine = new RawEngineSide(coordinator);
    const client = await frontEnd(coordinator);
    await engine.send(capturedMessage('counts of a dense engine').frames[0]);
    const [report] = await client.next();
    expect(decodeCoordinatorReport(report)).toEqual({
      counts: [
        { waiting: 0, running: 0, kvCacheUsage: 0 },
        { waiting: 1, running: 0, kvCacheUsage: 0 },
      ],
      wave: 0,
      running: false,
    });
  });

  it('drops and counts what it cannot read, and goes on', async () => {
    const coordinator = await start();
    const engine = await RawEngineSide.ready(coordinator);
    const client = await frontEnd(coordinator);
    for (const frame of ['', 'c1', '93', '920000ff', '92ff00', '92a16100'].map((hex) => Buffer.from(hex, 'hex'))) {
      await client.send(frame);
    }
    await engine.heard.send(Buffer.from('hello'));
    for (const frame of ['', 'c1', '9905', '9101']) {
      await engine.send(Buffer.from(frame, 'hex'));
    }
    await engine.report({ waveComplete: -1 });
    await engine.report({ waveComplete: 2 });
    expect(decodeCoordinatorReport(await client.nextChange())).toMatchObject({ wave: 3 });
    await client.send(Buffer.from('920103', 'hex'));
    expect(await engine.heard.next()).toEqual([Buffer.from([2]), Buffer.from('920301', 'hex')]);
    await vi.waitFor(() => expect(coordinator.droppedMessages).toBe(12));
  });

  it('grows with the deployment', async () => {
    const coordinator = await start({ mixtureOfExperts: false });
    const client = await frontEnd(coordinator);
    await client.send(Buffer.from(`92b0${Buffer.from('SCALE_ELASTIC_EP').toString('hex')}02`, 'hex'));
    const [report] = await client.next();
    expect(decodeCoordinatorReport(report).counts).toHaveLength(2);
  });

  it('leaves no file behind, and says when its address cannot be bound', async () => {
    const coordinator = await Coordinator.start({ engineCount: 1, mixtureOfExperts: true, dataDirectory: directory });
    expect(readdirSync(directory)).toHaveLength(3);
    coordinator.close();
    expect(readdirSync(directory)).toEqual([]);
    await expect(start({ dataDirectory: join(directory, 'not-there') })).rejects.toThrow(ConfigurationError);
    await expect(start({ release: 'new' })).rejects.toThrow(ConfigurationError);
  });
});
