import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { freePort } from '@support/free-port';
import { MODEL, SERVED_NAME, VllmProcess } from './vllm-process.js';

/** Engine cores are there after a minute on idle processors, and minutes on busy ones. */
export const START_TIMEOUT_MS = 600_000;

/** The tests look there often. */
const QUIET = ['--disable-access-log-for-endpoints', '/health,/metrics'];

export interface AttachedAerie {
  readonly aerie: AerieProcess;
  /** `vllm serve --headless` with all engine cores. */
  readonly engines: VllmProcess;
  /** What both have written. */
  output(): string;
  stop(): Promise<void>;
}

export interface AttachedAerieOptions {
  readonly engineCount?: number;
  readonly aerieArgs?: readonly string[];
  readonly engineArgs?: readonly string[];
}

/** `aerie serve --engine vllm` and the headless engine cores that attach to it. */
export async function startAttachedAerie(options: AttachedAerieOptions = {}): Promise<AttachedAerie> {
  const { engineCount = 1, aerieArgs = [], engineArgs = [] } = options;
  const meeting = [
    ...['--data-parallel-address', '127.0.0.1', '--data-parallel-rpc-port', String(await freePort())],
    ...['--data-parallel-size', String(engineCount)],
  ];
  const engines = VllmProcess.serve([
    ...['--headless', ...meeting, '--data-parallel-size-local', String(engineCount)],
    ...engineArgs,
  ]);
  const start = new AbortController();
  void engines.exited.then(() => start.abort());
  try {
    const aerie = await startAerie(
      [MODEL, '--served-model-name', SERVED_NAME, '--engine', 'vllm', ...QUIET, ...meeting, ...aerieArgs],
      { readyTimeoutMs: START_TIMEOUT_MS, signal: start.signal },
    );
    return {
      aerie,
      engines,
      output: () => `${lastOf('engines', engines.output)}\n${lastOf('server', aerie.output())}`,
      stop: async () => {
        await aerie.stop();
        await engines.stop();
      },
    };
  } catch (error) {
    await engines.stop();
    throw new Error(`${String(error)}\n${lastOf('engines', engines.output)}`, { cause: error });
  }
}

function lastOf(who: string, output: string): string {
  return `The ${who} said:\n${output.slice(-4_000)}`;
}
