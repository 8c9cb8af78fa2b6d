import { decodeHandshake, MalformedMessageError } from '@app/engine-protocol';
import type { ElasticLimits, HandshakeMessage } from '@app/engine-protocol';
import type { ServerError } from '@app/errors';
import type { Logger } from '@app/logging';
import { StepByStep } from '../start-up/step-by-step.js';
import { HandshakeState } from './handshake-state.js';
import type { HandshakeExpectations } from './handshake-state.js';

export interface HandshakesOptions {
  readonly expected: HandshakeExpectations;
  /** Longest silence of HELLO or READY. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** One handshake message that fits; `engine` is the index of its sender. */
export interface AcceptedHandshake {
  readonly engine: number;
  readonly message: HandshakeMessage;
  readonly sendInit: boolean;
}

/** Waits until every engine has said HELLO and READY. A message that does not fit ends the waiting; what is no message is left aside. */
export class Handshakes {
  /** Blocks that engines tell in READY (releases 0.17 to 0.19), by engine. */
  readonly numGpuBlocks: (number | undefined)[];
  /** As elastic engines tell them in READY, from 0.33 on. */
  elasticLimits: ElasticLimits | undefined;
  private readonly state: HandshakeState;
  private readonly progress: StepByStep<void>;

  constructor(private readonly options: HandshakesOptions) {
    const { expected, timeoutMs, logger } = options;
    this.state = new HandshakeState(expected);
    this.numGpuBlocks = new Array<number | undefined>(expected.engineCount).fill(undefined);
    this.progress = new StepByStep({
      timeoutMs,
      missing: () => this.state.missing(),
      remind: (missing) =>
        logger.info({ missing }, 'still waiting for engines; one that had another server must be started again'),
    });
    this.progress.step();
  }

  /** Rejects with `ConfigurationError` or `UnavailableError`. */
  get finished(): Promise<void> {
    return this.progress.finished;
  }

  fail(error: ServerError): void {
    this.progress.fail(error);
  }

  /** `[identity, payload]` on the handshake socket. */
  accept(frames: readonly Buffer[]): AcceptedHandshake | undefined {
    const [identity, payload] = frames;
    if (frames.length !== 2) return undefined;
    try {
      const message = decodeHandshake(payload);
      const { engine, sendInit } = this.state.accept(identity, message);
      this.numGpuBlocks[engine] = message.numGpuBlocks;
      this.elasticLimits ??= message.elasticLimits;
      const name = `engine core ${this.options.expected.startRank + engine}`;
      this.options.logger.info({}, sendInit ? `${name} is there and loads its model` : `${name} is ready`);
      this.progress.step();
      if (this.state.complete) this.progress.finish();
      return { engine, message, sendInit };
    } catch (error) {
      this.refuse(error);
      return undefined;
    }
  }

  private refuse(error: unknown): void {
    if (error instanceof MalformedMessageError) {
      this.options.logger.warn({ error: error.message }, 'malformed handshake message was ignored');
      return;
    }
    this.fail(error as ServerError);
  }
}
