import { describe, expect, it } from 'vitest';
import { InvalidRequestError, UnavailableError, UnsupportedError } from '@app/errors';
import { DrainTimeoutError, toReconfiguration } from '@app/engine-protocol';
import type { ElasticNotification } from '@app/engine-protocol';
import { ElasticScaling } from './elastic-scaling.js';
import type { ElasticDeployment } from './elastic-scaling.js';

const place = { masterIp: '127.0.0.1', masterPort: 1, masterPortList: [2, 3], meeting: { storePort: 9 } };

/** Engines that do what §10 says, and a record of all that was asked of them. */
class FakeDeployment implements ElasticDeployment {
  readonly events: string[] = [];
  readonly scaling: ElasticScaling;
  /** Calls of this method are refused; of `silent` they are not answered. */
  refused: string | undefined;
  silent: string | undefined;
  isDrained = true;
  private target = 0;

  constructor(
    readonly release: string,
    public engineCount: number,
    timeoutMs = 60_000,
  ) {
    this.scaling = new ElasticScaling(this, timeoutMs);
  }

  call(engine: number, method: string, args: readonly unknown[]): Promise<unknown> {
    const text = method === 'reinitialize_distributed' ? reconfigurationText(args[0]) : args.join(' ');
    this.events.push([engine, method, text].filter((part) => part !== '').join(' '));
    if (method === this.refused) {
      return Promise.reject(new Error('no'));
    }
    if (method === this.silent) {
      return new Promise(() => undefined);
    }
    this.act(engine, method, text);
    return Promise.resolve(method === 'reinitialize_distributed' ? `eep_ready/${engine}` : null);
  }

  openRendezvous() {
    this.events.push('rendezvous');
    return Promise.resolve({
      place,
      wait: (keys: readonly string[]) => {
        this.events.push(`wait for ${keys.join(' ')}`);
        return Promise.resolve();
      },
      close: () => this.events.push('rendezvous closed'),
    });
  }

  drained(timeoutMs: number): Promise<boolean> {
    this.events.push(`drained within ${timeoutMs}`);
    return Promise.resolve(this.isDrained);
  }

  async joined(engineCount: number, where: typeof place): Promise<void> {
    expect(where).toEqual(place);
    this.target = engineCount;
    this.events.push(`joined ${engineCount}`);
    if (this.refused === 'joined') {
      throw new Error('no');
    }
    this.say('NEW_CORE_ENGINES_INIT_READY', this.engineCount, engineCount);
    await Promise.resolve();
  }

  stopRouting(engineCount: number): void {
    this.events.push(`stopRouting ${engineCount}`);
  }

  resized(engineCount: number): void {
    this.engineCount = engineCount;
    this.events.push(`resized ${engineCount}`);
  }

  failed(_reason: string, isCommitting: boolean): void {
    this.events.push(isCommitting ? 'engines lost' : 'newcomers sent away');
  }

  private act(engine: number, method: string, text: string): void {
    const changesOver = method === 'commit_prepared_elastic_ep' || this.release.startsWith('0.26');
    if (method === 'eep_handle_engine_core_notification' && text === 'NEW_CORE_ENGINES_INIT_READY') {
      this.say('NEW_CORE_ENGINES_WEIGHTS_INIT_READY', this.engineCount, this.target);
    } else if (text.endsWith('shut-down')) {
      this.say('SHUTDOWN_COMPLETE', engine, engine + 1);
    } else if (changesOver && engine === 0) {
      this.say('RECONFIGURE_FINISHED', 0, 1);
    }
  }

  private say(type: ElasticNotification['type'], from: number, to: number): void {
    for (let rank = from; rank < to; rank++) {
      this.scaling.notified({ type, rank });
    }
  }
}

function reconfigurationText(argument: unknown): string {
  const { dataParallelSize, rank, localRank, ...where } = toReconfiguration(argument);
  expect([localRank, where]).toEqual(['keep', place]);
  return `${dataParallelSize} ${rank}`;
}

describe('ElasticScaling', () => {
  it.each<[string, string, [number, number], string[]]>([
    [
      'grows engines that prepare first',
      '0.32.0',
      [2, 3],
      [
        'rendezvous',
        'joined 3',
        '0 reinitialize_distributed 3 keep',
        '1 reinitialize_distributed 3 keep',
        'wait for eep_ready/0 eep_ready/1 eep_ready/2',
        '0 pause_scheduler wait false',
        '1 pause_scheduler wait false',
        '0 commit_prepared_elastic_ep',
        '1 commit_prepared_elastic_ep',
        'resized 3',
        '0 resume_scheduler',
        '1 resume_scheduler',
        '2 resume_scheduler',
      ],
    ],
    [
      'shrinks engines that prepare first',
      '0.27.0',
      [3, 1],
      [
        'rendezvous',
        '0 reinitialize_distributed 1 keep',
        'wait for eep_ready/0',
        'stopRouting 1',
        '0 pause_scheduler wait false',
        '1 pause_scheduler abort false',
        '2 pause_scheduler abort false',
        '0 commit_prepared_elastic_ep',
        '1 reinitialize_distributed 1 shut-down',
        '2 reinitialize_distributed 1 shut-down',
        'resized 1',
        '0 resume_scheduler',
      ],
    ],
    [
      'grows older engines',
      '0.26.0',
      [2, 4],
      [
        'rendezvous',
        'joined 4',
        '0 reinitialize_distributed 4 keep',
        '1 reinitialize_distributed 4 keep',
        '0 eep_handle_engine_core_notification NEW_CORE_ENGINES_INIT_READY',
        '1 eep_handle_engine_core_notification NEW_CORE_ENGINES_INIT_READY',
        '0 eep_handle_engine_core_notification NEW_CORE_ENGINES_WEIGHTS_INIT_READY',
        '1 eep_handle_engine_core_notification NEW_CORE_ENGINES_WEIGHTS_INIT_READY',
        'resized 4',
      ],
    ],
    [
      'shrinks older engines',
      '0.26.0',
      [2, 1],
      [
        'rendezvous',
        'stopRouting 1',
        '0 reinitialize_distributed 1 keep',
        '1 reinitialize_distributed 1 shut-down',
        'resized 1',
      ],
    ],
  ])('%s', async (_, release, [before, after], expected) => {
    const { scaling, events } = new FakeDeployment(release, before);
    const change = scaling.scaleTo(after);
    expect(scaling.state).toEqual({ type: 'scaling', phase: 'draining', engineCount: after });
    await change;
    expect([events, scaling.state]).toEqual([expected, { type: 'steady' }]);
  });

  it('changes the number again, with a new meeting place', async () => {
    const { scaling, events } = new FakeDeployment('0.32.0', 2);
    await scaling.scaleTo(3);
    await scaling.scaleTo(3);
    await scaling.scaleTo(2);
    scaling.close();
    expect(events.filter((event) => /rendezvous|resized/.test(event))).toEqual([
      'rendezvous',
      'resized 3',
      'rendezvous closed',
      'rendezvous',
      'resized 2',
      'rendezvous closed',
    ]);
  });

  it('does one change at a time', async () => {
    const { scaling } = new FakeDeployment('0.32.0', 1);
    const change = scaling.scaleTo(2);
    await expect(scaling.scaleTo(3)).rejects.toThrow(UnavailableError);
    await change;
  });

  it.each([0, -1, 1.5, 65_537, Number.NaN])('refuses a deployment of %s engines', async (engineCount) => {
    const { scaling, events } = new FakeDeployment('0.32.0', 2);
    await expect(scaling.scaleTo(engineCount)).rejects.toThrow(InvalidRequestError);
    expect([events, scaling.state]).toEqual([[], { type: 'steady' }]);
  });

  it('refuses engines that meet in another way', async () => {
    await expect(new FakeDeployment('0.18.1', 2).scaling.scaleTo(3)).rejects.toThrow(UnsupportedError);
  });

  it.each([
    ['0.32.0', 'joined', 'telling the engines: the new engines failed: Error: no', 'newcomers sent away'],
    ['0.32.0', 'reinitialize_distributed', 'telling the engines: no', 'newcomers sent away'],
    ['0.26.0', 'reinitialize_distributed', 'telling the engines: no', 'engines lost'],
    ['0.32.0', 'pause_scheduler', 'pausing the engines: no', 'engines lost'],
    ['0.32.0', 'commit_prepared_elastic_ep', 'telling the engines to change over: no', 'engines lost'],
    ['0.32.0', 'resume_scheduler', 'resuming the engines: no', 'engines lost'],
  ])('%s fails for good when %s is refused', async (release, refused, step, end) => {
    const deployment = new FakeDeployment(release, 2);
    const reason = `Scaling from 2 to 3 engines failed while ${step}`;
    deployment.refused = refused;
    await expect(deployment.scaling.scaleTo(3)).rejects.toThrow(new UnavailableError(reason));
    expect([deployment.scaling.state, deployment.events.at(-1)]).toEqual([{ type: 'failed', reason }, end]);
    await expect(deployment.scaling.scaleTo(2)).rejects.toThrow(
      `The number of engines cannot be changed any more. ${reason}`,
    );
  });

  it('waits for requests in flight first, where it is asked to; what comes of a time-out is nothing', async () => {
    const deployment = new FakeDeployment('0.32.0', 2);
    deployment.isDrained = false;
    await expect(deployment.scaling.scaleTo(1, { drainTimeoutMs: 90 })).rejects.toThrow(new DrainTimeoutError(90));
    expect([deployment.events, deployment.scaling.state]).toEqual([['drained within 90'], { type: 'steady' }]);
    deployment.isDrained = true;
    await deployment.scaling.scaleTo(1, { drainTimeoutMs: 90 });
    expect(deployment.events.slice(1, 3)).toEqual(['drained within 90', 'rendezvous']);
  });

  it('fails when an engine does not answer in time, and does nothing more', async () => {
    const deployment = new FakeDeployment('0.32.0', 2, 20);
    deployment.silent = 'pause_scheduler';
    await expect(deployment.scaling.scaleTo(3)).rejects.toThrow(
      'Scaling from 2 to 3 engines failed while pausing the engines: not done after 0.02 s',
    );
    expect(deployment.events.slice(-2)).toEqual(['1 pause_scheduler wait false', 'engines lost']);
  });

  it('fails at once when the engines are dead', async () => {
    const deployment = new FakeDeployment('0.32.0', 2);
    deployment.silent = 'reinitialize_distributed';
    const change = deployment.scaling.scaleTo(3);
    deployment.scaling.interrupt('engine core 1 is dead');
    await expect(change).rejects.toThrow('engine core 1 is dead');
  });

  it('waits for every engine that leaves', async () => {
    const deployment = new FakeDeployment('0.32.0', 3, 20);
    deployment.scaling.notified({ type: 'SHUTDOWN_COMPLETE', rank: 7 });
    deployment.call = (engine, method, args) =>
      engine === 2 && method === 'reinitialize_distributed'
        ? Promise.resolve('')
        : FakeDeployment.prototype.call.call(deployment, engine, method, args);
    await expect(deployment.scaling.scaleTo(1)).rejects.toThrow('waiting for engines to shut down');
  });
});
