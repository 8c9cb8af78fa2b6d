import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface AerieProcess {
  /** `http://127.0.0.1:PORT`, https with a certificate, or `unix:PATH` with `--uds` */
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything the process has written so far. */
  output(): string;
  /** Resolves once its output has the text. */
  said(text: string): Promise<void>;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

export interface AerieOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Default 60 s. */
  readonly readyTimeoutMs?: number | undefined;
  /** Ends the start when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs the built `aerie serve` on a free port, as a user would, and waits for its ready line. */
export async function startAerie(
  args: readonly string[] = [],
  { env = {}, cwd, readyTimeoutMs = 60_000, signal }: AerieOptions = {},
): Promise<AerieProcess> {
  const cli = join(process.cwd(), 'dist/apps/cli/src/main.js');
  const child = spawn(process.execPath, [cli, 'serve', ...args, '--host', '127.0.0.1', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd,
  });
  let output = '';
  const exited = once(child, 'exit').then(() => child.exitCode);
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  process.once('exit', end);
  void exited.then(() => process.off('exit', end));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not ready in time:\n${output}`));
    }, readyTimeoutMs);
    const read = (piece: Buffer): void => {
      output += piece.toString();
      const ready = /is ready on (https?:\/\/127\.0\.0\.1:\d+|unix:\S+)/.exec(output);
      if (!ready) return;
      clearTimeout(timer);
      resolve(ready[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`ended before it was ready:\n${output}`));
    });
  });
  signal?.removeEventListener('abort', end);
  return {
    url,
    child,
    output: () => output,
    said: (text) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!output.includes(text)) return;
          [child.stdout, child.stderr].forEach((stream) => stream.off('data', check));
          resolve();
        };
        [child.stdout, child.stderr].forEach((stream) => stream.on('data', check));
        check();
      }),
    exited,
    stop: () => {
      end();
      return exited;
    },
  };
}
