import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Context, Pull, XPublisher } from 'zeromq';
import {
  COORDINATOR_READY,
  CURRENT_RELEASE,
  encodeWaveStart,
  layoutForRelease,
  requestTypeFrame,
  RequestType,
  WireCodec,
  type EngineInit,
  type EngineOutputs,
  type WaveStart,
} from '@app/engine-protocol';

const context = new Context({ blocky: false });
const options = { context, linger: 0, receiveTimeout: 5_000 };
const codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
const UNSUBSCRIBED = 0;

/** The coordinator's two sockets towards engines, played by hand. */
export class RawCoordinator {
  /** What INIT says of it. */
  readonly addresses: Pick<EngineInit, 'coordinatorInput' | 'coordinatorOutput' | 'frontendStatsPublishAddress'>;
  private readonly publisher = new XPublisher({ ...options, verbosity: 'allSubs' });
  private readonly reports = new Pull(options);

  private constructor(private readonly directory: string) {
    const address = (name: string): string => `ipc://${join(directory, name)}`;
    this.addresses = {
      coordinatorInput: address('p'),
      coordinatorOutput: address('r'),
      frontendStatsPublishAddress: address('s'),
    };
  }

  static async listen(): Promise<RawCoordinator> {
    const coordinator = new RawCoordinator(mkdtempSync(join(tmpdir(), 'aerie-')));
    await coordinator.publisher.bind(coordinator.addresses.coordinatorInput ?? '');
    await coordinator.reports.bind(coordinator.addresses.coordinatorOutput ?? '');
    return coordinator;
  }

  /** The next frame that an engine sends to the publishing socket; those by which one leaves are left out. */
  async subscription(): Promise<Buffer> {
    for (;;) {
      const [frame] = await this.publisher.receive();
      if (frame[0] !== UNSUBSCRIBED) return frame;
    }
  }

  async openGate(): Promise<void> {
    await this.publisher.send(COORDINATOR_READY);
  }

  async startWave(start: WaveStart): Promise<void> {
    await this.send([requestTypeFrame(RequestType.startDpWave), encodeWaveStart(start)]);
  }

  async send(frames: Buffer[]): Promise<void> {
    await this.publisher.send(frames);
  }

  /** The next message of an engine; the layouts of all releases from 0.17 agree in what it can hold. */
  async report(): Promise<EngineOutputs> {
    return codec.decodeOutputs(await this.reports.receive());
  }

  close(): void {
    this.publisher.close();
    this.reports.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
