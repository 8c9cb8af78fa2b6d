import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startAerie } from './aerie-process.js';
import type { AerieOptions, AerieProcess } from './aerie-process.js';
import { freePort } from './free-port.js';

/** What the mock engine tells (apps/mock-engine/README.md, "Control"). */
export type MockEngineEvent = { readonly rank: number } & (
  | { readonly type: 'init'; readonly parallel_config: object }
  | { readonly type: 'ready' }
  | { readonly type: 'add'; readonly frames: readonly string[] }
  | { readonly type: 'step'; readonly request_id: string; readonly step: number; readonly finish?: string }
  | { readonly type: 'abort'; readonly request_ids: readonly string[] }
  | { readonly type: 'utility'; readonly method: string; readonly args: readonly unknown[] }
  | { readonly type: 'died'; readonly reason: string }
);

export interface MockEngineCommand {
  readonly type: 'play' | 'next' | 'release' | 'fault' | 'heal' | 'sync';
  readonly [member: string]: unknown;
}

interface Reply {
  readonly type: 'reply';
  readonly id?: number;
  readonly error?: string;
}

/** Where `tiny-chat` is a name. */
const MODELS = join(process.cwd(), 'libs/tokenization/fixtures');

/** The built mock engine as a process, scripted over its standard input and output. */
export class MockEngine {
  /** Called for every event, in the order of what happened. */
  onEvent: (event: MockEngineEvent) => void = () => undefined;
  /** Exit status, once everything it told has been read; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Its standard error so far. */
  said = '';
  private readonly replies = new Map<number, (reply: Reply) => void>();
  private commands = 0;

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.exited = once(child, 'close').then(() => child.exitCode);
    // Whoever sends to an engine that has ended hears of it by `exited`.
    child.stdin.on('error', () => undefined);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.take(JSON.parse(line) as MockEngineEvent | Reply);
    });
  }

  /** Joins the front end that waits, or will wait, at the address. */
  static start(handshakeAddress: string, args: readonly string[] = []): MockEngine {
    return MockEngine.run(['--handshake-address', handshakeAddress, ...args]);
  }

  /** With these arguments, which say where it joins. */
  static run(args: readonly string[]): MockEngine {
    const main = join(process.cwd(), 'dist/apps/mock-engine/src/main.js');
    const child = spawn(process.execPath, [main, '--control', ...args], {
      env: { ...process.env, AERIE_PARENT_PID: String(process.pid) },
      cwd: MODELS,
    });
    return new MockEngine(child);
  }

  /** Resolves when the engine has obeyed; rejects when it refuses the command, or has ended. */
  async command(command: MockEngineCommand): Promise<void> {
    const reply = await this.ask(command);
    if (reply === undefined) throw new Error(`the mock engine ended before it answered "${command.type}"`);
    if (reply.error !== undefined) throw new Error(`the mock engine refused "${command.type}": ${reply.error}`);
  }

  /** Sends a command and does not wait for the reply. */
  send(command: MockEngineCommand): void {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** Resolves when `onEvent` has been told everything that happened so far. */
  async sync(): Promise<void> {
    await this.ask({ type: 'sync' });
  }

  /** Ends it, and gives its exit status. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.exited;
  }

  /** Undefined when the engine has ended. */
  private async ask(command: MockEngineCommand): Promise<Reply | undefined> {
    const id = this.commands++;
    const replied = new Promise<Reply>((resolve) => this.replies.set(id, resolve));
    this.send({ ...command, id });
    return Promise.race([replied, this.exited.then(() => undefined)]);
  }

  private take(line: MockEngineEvent | Reply): void {
    if (line.type !== 'reply') return this.onEvent(line);
    const { id = -1 } = line;
    this.replies.get(id)?.(line);
    this.replies.delete(id);
  }
}

export interface MockedAerie {
  readonly aerie: AerieProcess;
  readonly engine: MockEngine;
  /** For engines that join later. */
  readonly handshakeAddress: string;
  stop(): Promise<void>;
}

export interface MockedAerieOptions extends Pick<AerieOptions, 'env'> {
  readonly engineArgs?: readonly string[];
  /** Name or folder; default `tiny-chat`. */
  readonly model?: string;
}

/** The built `aerie serve MODEL …` with a mock engine behind it. */
export async function startMockedAerie(
  args: readonly string[] = [],
  { env, engineArgs, model = 'tiny-chat' }: MockedAerieOptions = {},
): Promise<MockedAerie> {
  const port = await freePort();
  const handshakeAddress = `tcp://127.0.0.1:${port}`;
  const engine = MockEngine.start(handshakeAddress, engineArgs);
  const wiring = ['--engine', 'vllm', '--data-parallel-size-local', '0', '--data-parallel-rpc-port', String(port)];
  try {
    const aerie = await startAerie([model, ...wiring, '--data-parallel-address', '127.0.0.1', ...args], {
      env,
      cwd: MODELS,
    });
    return {
      aerie,
      engine,
      handshakeAddress,
      stop: async () => {
        await aerie.stop();
        await engine.stop();
      },
    };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
