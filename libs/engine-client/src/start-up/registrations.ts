import type { ServerError } from '@app/errors';
import { layoutForRegistration, MalformedMessageError } from '@app/engine-protocol';
import type { Registration, WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { engineOfIdentity } from '../group/handshake-state.js';
import type { ExpectedEngines } from '../group/handshake-state.js';
import { StepByStep } from './step-by-step.js';

export interface RegisteredEngine {
  readonly layout: WireLayout;
  readonly registration: Registration;
  /** As the engine sent it. */
  readonly payload: Buffer;
}

export interface RegistrationsOptions {
  readonly expected: ExpectedEngines;
  /** Longest silence between two registrations, once somebody waits for them. */
  readonly timeoutMs: number;
  /** The engines' vLLM release, when they do not tell it. */
  readonly release?: string | undefined;
  /** What all engines speak, whatever they say. */
  readonly layout?: WireLayout | undefined;
  readonly logger: Logger;
}

/** Gathers what every engine tells about itself on the input socket before it may be sent to. What does not fit ends the gathering. */
export class Registrations {
  private readonly registered: (RegisteredEngine | undefined)[];
  private readonly progress: StepByStep<readonly RegisteredEngine[]>;
  private isAwaited = false;

  constructor(private readonly options: RegistrationsOptions) {
    const { expected, timeoutMs } = options;
    this.registered = new Array<RegisteredEngine | undefined>(expected.engineCount).fill(undefined);
    this.progress = new StepByStep({ timeoutMs, missing: () => this.missing() });
  }

  /** In the order of ranks. Rejects with `ConfigurationError` or `UnavailableError`. */
  get finished(): Promise<readonly RegisteredEngine[]> {
    return this.progress.finished;
  }

  /** The same, with a limit of silence from here on. */
  wait(): Promise<readonly RegisteredEngine[]> {
    this.isAwaited = true;
    this.progress.step();
    return this.progress.finished;
  }

  /** Ends the gathering, unless it is over. */
  fail(error: ServerError): void {
    this.progress.fail(error);
  }

  /** A message on the input socket: `[identity, payload]`. Returns whether it was a registration of an expected engine. */
  accept(frames: readonly Buffer[]): boolean {
    const [identity, payload] = frames;
    const engine = frames.length === 2 ? engineOfIdentity(identity, this.options.expected) : undefined;
    if (engine === undefined) {
      this.options.logger.warn({ frames: frames.length }, 'message of a stranger on the input socket was ignored');
      return false;
    }
    return this.acceptKnown(engine, payload);
  }

  /** What engine `engine` registered with; it may have told it to an earlier process at these addresses (engine protocol §2.8). */
  acceptKnown(engine: number, payload: Buffer): boolean {
    try {
      this.registered[engine] = this.read(payload, engine);
      this.advance();
      return true;
    } catch (error) {
      this.refuse(error);
      return false;
    }
  }

  private read(payload: Buffer, engine: number): RegisteredEngine {
    const { layout, registration, exact } = layoutForRegistration(payload, this.options);
    const name = `engine core ${this.options.expected.startRank + engine}`;
    const { maxModelLen } = registration;
    this.options.logger.info({ release: layout.release, exact, maxModelLen }, `${name} registered`);
    return { layout, registration, payload };
  }

  private advance(): void {
    const engines = this.registered.filter((engine) => engine !== undefined);
    if (engines.length === this.registered.length) {
      this.progress.finish(engines);
      return;
    }
    if (this.isAwaited) this.progress.step();
  }

  /** What is no message at all is dropped; what is one and does not fit ends the gathering. */
  private refuse(error: unknown): void {
    if (error instanceof MalformedMessageError) {
      this.options.logger.warn({ error: error.message }, 'malformed registration was ignored');
      return;
    }
    this.fail(error as ServerError);
  }

  private missing(): readonly string[] {
    const { startRank } = this.options.expected;
    return this.registered.flatMap((engine, index) =>
      engine === undefined ? [`the registration of engine core ${startRank + index}`] : [],
    );
  }
}
