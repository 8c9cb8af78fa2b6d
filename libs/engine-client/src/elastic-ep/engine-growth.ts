import { ConfigurationError, UnavailableError } from '@app/errors';
import type { WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import type { EngineGroupOptions } from '../group/engine-group.js';
import { engineOfIdentity } from '../group/handshake-state.js';
import type { ExpectedEngines } from '../group/handshake-state.js';
import { gatherEngines } from '../start-up/gather-engines.js';
import type { GatheredEngines } from '../start-up/gather-engines.js';
import type { ElasticOptions } from '../start-up/engine-client-options.js';
import { Registrations } from '../start-up/registrations.js';
import { toParallelConfig } from './rendezvous.js';
import type { Rendezvous } from './rendezvous.js';

export interface EngineGrowthOptions
  extends
    ElasticOptions,
    Pick<EngineGroupOptions, 'handshakeAddress' | 'clients' | 'coordinator' | 'elasticLimits' | 'logger'> {
  /** Longest silence of those that are to come. */
  readonly readyTimeoutMs: number;
  readonly release?: string | undefined;
  readonly layout?: WireLayout | undefined;
  readonly logger: Logger;
}

/** Engines with ranks `from`, …, `to` - 1 of a deployment that will have `to`. */
export interface Growth {
  readonly from: number;
  readonly to: number;
  readonly place: Rendezvous['place'];
  /** The least context, in tokens, that the server was built for. */
  readonly maxModelLen: number;
}

/** Engine cores that join a running deployment: they say HELLO and register as the first ones did, as a group of their own. */
export class EngineGrowth {
  private awaited: { readonly expected: ExpectedEngines; readonly registrations: Registrations } | undefined;

  constructor(private readonly options: EngineGrowthOptions) {}

  /**
   * Launches them, or waits for those that others start. Rejects with `ConfigurationError` for engines that do not fit, `UnavailableError`
   * when one ends or does not come in time, or at `giveUp`; nothing of them is left then.
   */
  async by({ from, to, place, maxModelLen }: Growth): Promise<GatheredEngines> {
    const { launch, readyTimeoutMs, ...options } = this.options;
    const expected = { startRank: from, engineCount: to - from };
    const registrations = new Registrations({ ...options, expected, timeoutMs: readyTimeoutMs });
    this.awaited = { expected, registrations };
    try {
      const gathered = await gatherEngines(registrations, {
        ...options,
        ...expected,
        readyTimeoutMs,
        parallelConfig: toParallelConfig({ place }, to),
        launch: launch && ((handshakeAddress) => launch({ handshakeAddress, startRank: from, engineCount: to })),
      });
      await mustHaveContext(gathered, maxModelLen);
      return gathered;
    } finally {
      this.awaited = undefined;
    }
  }

  /** Takes a message on the input socket; false when it is no registration that is waited for. */
  accept(frames: readonly Buffer[]): boolean {
    const { expected, registrations } = this.awaited ?? {};
    if (expected === undefined || engineOfIdentity(frames[0], expected) === undefined) return false;
    return registrations?.accept(frames) ?? false;
  }

  /** Ends the waiting; processes that were launched are stopped. */
  giveUp(reason: string): void {
    this.awaited?.registrations.fail(new UnavailableError(reason));
  }
}

async function mustHaveContext({ group, engines }: GatheredEngines, wanted: number): Promise<void> {
  const short = engines.find(({ registration: { maxModelLen = wanted } }) => maxModelLen < wanted);
  if (short === undefined) return;
  await group.stop();
  throw new ConfigurationError(
    `a new engine has a context of ${short.registration.maxModelLen} tokens; the server was started with ${wanted}`,
  );
}
