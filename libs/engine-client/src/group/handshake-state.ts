import { ConfigurationError } from '@app/errors';
import { engineIdentity } from '@app/engine-protocol';
import type { HandshakeMessage } from '@app/engine-protocol';

export interface ExpectedEngines {
  /** Global data-parallel rank of engine 0. */
  readonly startRank: number;
  readonly engineCount: number;
}

export interface HandshakeExpectations extends ExpectedEngines {
  /** The first so many engines run beside this front end; the others must be headless. */
  readonly localEngineCount: number;
  /** The last so many belong to other front ends, which speak for them: neither local nor headless. Default 0. */
  readonly relayedEngineCount?: number | undefined;
}

type EngineStage = 'new' | 'connected' | 'ready';

/** Which engines have said HELLO and READY, and vLLM's checks of what they say (engine protocol §2.3). */
export class HandshakeState {
  private readonly stages: EngineStage[];
  private parallelConfigHash: { readonly engine: number; readonly hash: string | undefined } | undefined;

  constructor(private readonly expected: HandshakeExpectations) {
    this.stages = new Array<EngineStage>(expected.engineCount).fill('new');
  }

  get complete(): boolean {
    return this.stages.every((stage) => stage === 'ready');
  }

  /** Returns the index of the engine and whether it must be sent INIT. Throws `ConfigurationError` for a message that does not fit. */
  accept(identity: Uint8Array, message: HandshakeMessage): { readonly engine: number; readonly sendInit: boolean } {
    const engine = engineOfIdentity(identity, this.expected);
    if (engine === undefined) {
      throw new ConfigurationError(
        `an engine core with identity ${describeIdentity(identity)} wants to join; ${describeRanks(this.expected)} expected`,
      );
    }
    this.checkPlace(engine, message);
    if (message.status === 'HELLO' && this.stages[engine] === 'new') {
      this.stages[engine] = 'connected';
      return { engine, sendInit: true };
    }
    if (message.status === 'READY' && this.stages[engine] === 'connected') {
      this.checkParallelConfig(engine, message.parallelConfigHash);
      this.stages[engine] = 'ready';
      return { engine, sendInit: false };
    }
    throw new ConfigurationError(
      message.status === 'HELLO'
        ? `${this.name(engine)} said HELLO twice: it was restarted, or two engine cores have the same rank`
        : `${this.name(engine)} sent READY although it is ${this.stages[engine]}`,
    );
  }

  /** What is still missing, for the message of a time-out; empty when nothing is. */
  missing(): readonly string[] {
    const wanting: Readonly<Record<EngineStage, string | undefined>> = {
      new: 'HELLO',
      connected: 'READY',
      ready: undefined,
    };
    return this.stages.flatMap((stage, engine) => {
      const message = wanting[stage];
      return message === undefined ? [] : [`${message} of ${this.name(engine)}`];
    });
  }

  private checkPlace(engine: number, { local, headless }: HandshakeMessage): void {
    const expectedLocal = engine < this.expected.localEngineCount;
    if (local !== expectedLocal) {
      throw new ConfigurationError(
        `${this.name(engine)} says it is ${local ? 'local' : 'remote'}, but ${this.expected.localEngineCount} of ${this.expected.engineCount} engine cores are local; check --data-parallel-size-local on both sides`,
      );
    }
    const isRelayed = engine >= this.expected.engineCount - (this.expected.relayedEngineCount ?? 0);
    if (isRelayed && headless) {
      throw new ConfigurationError(
        `${this.name(engine)} is headless and came here, but it belongs to the front end of its own node (--data-parallel-hybrid-lb, --data-parallel-external-lb)`,
      );
    }
    if (!local && !headless && !isRelayed) {
      throw new ConfigurationError(`${this.name(engine)} is remote but was not started with --headless`);
    }
  }

  /** Its own hash a foreign front end cannot compute; but all engines must agree. */
  private checkParallelConfig(engine: number, hash: string | undefined): void {
    this.parallelConfigHash ??= { engine, hash };
    if (this.parallelConfigHash.hash !== hash) {
      throw new ConfigurationError(
        `${this.name(engine)} and ${this.name(this.parallelConfigHash.engine)} were started with different parallel settings`,
      );
    }
  }

  private name(engine: number): string {
    return `engine core ${this.expected.startRank + engine}`;
  }
}

/** Index of the engine with this routing id; `undefined` for a stranger. */
export function engineOfIdentity(
  identity: Uint8Array,
  { startRank, engineCount }: ExpectedEngines,
): number | undefined {
  if (identity.length !== engineIdentity(0).length) {
    return undefined;
  }
  const engine = Buffer.from(identity).readUInt16LE() - startRank;
  return engine >= 0 && engine < engineCount ? engine : undefined;
}

function describeIdentity(identity: Uint8Array): string {
  return identity.length === 2
    ? String(Buffer.from(identity).readUInt16LE())
    : `0x${Buffer.from(identity).toString('hex')}`;
}

function describeRanks({ startRank, engineCount }: ExpectedEngines): string {
  return engineCount === 1 ? `only rank ${startRank} is` : `ranks ${startRank} to ${startRank + engineCount - 1} are`;
}
