import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { silentLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { killAtExit } from './kill-at-exit.js';
import { LineSplitter } from './line-splitter.js';
import { describeExit } from './process-exit.js';
import type { ProcessExit } from './process-exit.js';

/** Lines of standard error that are kept for the reason of a death. */
const TAIL_LINES = 20;
/** After the exit: time for what the child wrote last to arrive, when somebody else holds its pipes open. */
const LAST_WORDS_MS = 250;
const DEFAULT_STOP_TIMEOUT_MS = 5_000;

export interface ManagedEngineProcessOptions {
  /** For logs and reasons: "engine core 0". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly logger?: Logger | undefined;
  /** From SIGTERM to SIGKILL. */
  readonly stopTimeoutMs?: number | undefined;
  /** Hears every line besides the logger; for progress. */
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
}

/**
 * An engine core (or a launcher of several) as a child of this process, in a process group of its own, so that a terminal's Ctrl-C reaches
 * only the parent. It never outlives the parent: it is killed when the parent exits, and the end of its standard input, a pipe that stays
 * open and empty, tells it of a parent that was killed (`AERIE_PARENT_PID` is set so that it knows it has one).
 */
export class ManagedEngineProcess {
  readonly name: string;
  /** Settles once, after the last line of output was read. */
  readonly exited: Promise<ProcessExit>;

  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly logger: Logger;
  private readonly stopTimeoutMs: number;
  private readonly onLine: ManagedEngineProcessOptions['onLine'];
  private readonly tail: string[] = [];
  private ended: ProcessExit | undefined;

  private constructor(options: ManagedEngineProcessOptions) {
    this.name = options.name;
    this.logger = options.logger ?? silentLogger;
    this.stopTimeoutMs = options.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS;
    this.onLine = options.onLine;
    this.child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, AERIE_PARENT_PID: String(process.pid) },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.child.stdin.on('error', () => undefined);
    this.exited = this.watch();
  }

  static start(options: ManagedEngineProcessOptions): ManagedEngineProcess {
    return new ManagedEngineProcess(options);
  }

  /** `undefined` when it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** `undefined` while it runs. */
  get exit(): ProcessExit | undefined {
    return this.ended;
  }

  /** The last lines it wrote to standard error. */
  get stderrTail(): string {
    return this.tail.join('\n');
  }

  /** Name, kind of end and the last lines of standard error: the reason an operator reads. */
  get obituary(): string {
    const end = this.ended === undefined ? 'is running' : describeExit(this.ended);
    return this.tail.length === 0 ? `${this.name} ${end}` : `${this.name} ${end}; its last lines:\n${this.stderrTail}`;
  }

  /** SIGTERM to the group, SIGKILL after the time-out. Resolves when the process is gone. */
  async stop(timeoutMs = this.stopTimeoutMs): Promise<ProcessExit> {
    if (this.ended !== undefined) {
      return this.ended;
    }
    this.signal('SIGTERM');
    const killer = setTimeout(() => {
      this.logger.warn({ engine: this.name, timeoutMs }, 'engine process did not stop in time and is killed');
      this.signal('SIGKILL');
    }, timeoutMs);
    const exit = await this.exited;
    clearTimeout(killer);
    return exit;
  }

  private watch(): Promise<ProcessExit> {
    const splitters = [this.forward('stdout'), this.forward('stderr')];
    return new Promise<ProcessExit>((resolve) => {
      const forget = this.child.pid === undefined ? undefined : killAtExit(this.child.pid);
      let exit: ProcessExit | undefined;
      const finish = (): void => {
        if (exit === undefined || this.ended !== undefined) {
          return;
        }
        forget?.();
        splitters.forEach((splitter) => splitter.finish());
        [this.child.stdin, this.child.stdout, this.child.stderr].forEach((stream) => stream.destroy());
        this.ended = exit;
        resolve(exit);
      };
      this.child.once('error', (error) => {
        if (this.child.pid === undefined) {
          exit ??= { type: 'not-started', message: error.message };
          finish();
        }
      });
      this.child.once('exit', (code, signal) => {
        exit ??= signal === null ? { type: 'exit', code: code ?? 0 } : { type: 'signal', signal };
        this.signal('SIGKILL');
        setTimeout(finish, LAST_WORDS_MS).unref();
      });
      this.child.once('close', finish);
    });
  }

  private forward(stream: 'stdout' | 'stderr'): LineSplitter {
    const splitter = new LineSplitter((line) => {
      if (stream === 'stderr') {
        this.tail.push(line);
        this.tail.splice(0, this.tail.length - TAIL_LINES);
      }
      this.logger.info({}, `${this.name}: ${line}`);
      this.onLine?.(line, stream);
    });
    this.child[stream].setEncoding('utf8').on('data', (chunk: string) => splitter.push(chunk));
    return splitter;
  }

  /** To the whole group: a launcher's workers must not stay behind. A group that is gone already is fine. */
  private signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) {
      return;
    }
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      this.logger.debug({ engine: this.name, signal, error: String(error) }, 'signal was not delivered');
    }
  }
}
