import type { EngineCoreInfo, EngineRequest } from '@app/engine-protocol';
import type { Answer, AnswerStep, Script, ScriptEvent, UtilityAnswer } from '@app/scripted-engine';
import { connectScriptedEngine } from './scripted-engine.js';
import type { ConnectedEngine } from './scripted-engine.js';

export interface TestEngineOptions {
  /** What the front end is told it can do; default `generate`. */
  readonly tasks?: readonly string[] | undefined;
  readonly info?: Partial<EngineCoreInfo> | undefined;
  /** vLLM release that it imitates; default: the current one. */
  readonly release?: string | undefined;
  /** Answers of calls, before its own. */
  readonly utilities?: Readonly<Record<string, UtilityAnswer>> | undefined;
  /** Default: a step is one request's, so that nothing depends on what else runs. */
  readonly stepping?: Script['stepping'] | undefined;
  /** Called with every request that arrives; may answer it. */
  readonly onRequest?: ((arrived: ArrivedRequest) => void) | undefined;
}

/** A request as it came over the wire. It gets what the test says, a step at a time, and waits otherwise. */
export class ArrivedRequest {
  private readonly unsaid: AnswerStep[] = [];

  constructor(
    readonly request: EngineRequest,
    private readonly wake: () => void,
  ) {}

  say(...steps: readonly AnswerStep[]): void {
    this.unsaid.push(...steps);
    this.wake();
  }

  toAnswer(): Answer {
    const next = (): IteratorResult<AnswerStep, undefined> => {
      const value = this.unsaid.shift();
      return value === undefined ? { value, done: true } : { value, done: false };
    };
    return { steps: { [Symbol.iterator]: () => ({ next }) } };
  }
}

/** An engine without a model, behind the wire: it keeps what it is given, and says and dies what the test tells it. */
export class TestEngine {
  readonly requests: ArrivedRequest[] = [];
  readonly aborted: string[] = [];
  /** Every utility call so far but that for the tasks. */
  readonly calls: (readonly [method: string, args: readonly unknown[]])[] = [];
  private readonly arrivals: ((arrived: ArrivedRequest) => void)[] = [];
  private readonly abortListeners: (() => void)[] = [];
  private readonly stepListeners: (() => void)[] = [];
  private connected!: ConnectedEngine;

  private constructor(private readonly onRequest: (arrived: ArrivedRequest) => void) {}

  static async start(options: TestEngineOptions = {}): Promise<TestEngine> {
    const { tasks = ['generate'], info, release, stepping = 'turns', onRequest = () => undefined } = options;
    const engine = new TestEngine(onRequest);
    engine.connected = await connectScriptedEngine({
      info,
      release,
      script: {
        mode: (request) => engine.take(request),
        stepping,
        utilities: new Map(Object.entries({ get_supported_tasks: { result: tasks }, ...options.utilities })),
      },
      tell: (event) => engine.hear(event),
    });
    return engine;
  }

  /** The front end's side of it. */
  get client(): ConnectedEngine['client'] {
    return this.connected.client;
  }

  get server(): ConnectedEngine['server'] {
    return this.connected.server;
  }

  /** The next request that arrives. */
  next(): Promise<ArrivedRequest> {
    return new Promise((resolve) => this.arrivals.push(resolve));
  }

  /** Resolves at the next abort. */
  nextAbort(): Promise<void> {
    return new Promise((resolve) => this.abortListeners.push(resolve));
  }

  /** Resolves when the front end has the next step. */
  async heard(): Promise<void> {
    await new Promise<void>((resolve) => this.stepListeners.push(resolve));
    // An answer comes after all that was sent before it.
    await this.client.utility('is_sleeping', []);
  }

  die(reason: string): void {
    this.connected.core.die(reason);
  }

  close(): Promise<void> {
    return this.connected.close();
  }

  private take(request: EngineRequest): Answer {
    const arrived = new ArrivedRequest(request, () => this.connected.core.release());
    this.requests.push(arrived);
    // The core has it once this is over.
    queueMicrotask(() => {
      this.onRequest(arrived);
      this.arrivals.shift()?.(arrived);
    });
    return arrived.toAnswer();
  }

  private hear(event: ScriptEvent): void {
    if (event.type === 'step') this.stepListeners.splice(0).forEach((listener) => listener());
    if (event.type === 'utility' && event.method !== 'get_supported_tasks') this.calls.push([event.method, event.args]);
    if (event.type !== 'abort') return;
    this.aborted.push(...event.requestIds);
    this.abortListeners.splice(0).forEach((listener) => listener());
  }
}
