import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A tokenizer and a shape; the weights are vLLM's dummies, the same at every start. */
export const MODEL = join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat');
export const SERVED_NAME = 'tiny';
export const MAX_MODEL_LEN = 2048;

/** What every `vllm serve` of the suite is told of the model; front end and engines must agree. */
const MODEL_ARGS = [
  ...[MODEL, '--served-model-name', SERVED_NAME, '--load-format', 'dummy', '--enforce-eager'],
  ...['--max-model-len', String(MAX_MODEL_LEN)],
];

/** One GiB of cache, no network, one thread for each engine. */
const ENVIRONMENT = {
  VLLM_CPU_KVCACHE_SPACE: '1',
  HF_HUB_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  VLLM_CPU_OMP_THREADS_BIND: 'nobind',
  OMP_NUM_THREADS: '1',
};

/** End of the log that a failure shows. */
const SHOWN_CHARS = 6_000;

/** `vllm serve` in a process group of its own; what it writes goes to a file. */
export class VllmProcess {
  /** Exit status of the launcher. */
  readonly exited: Promise<number | null>;
  private readonly killAtExit = (): void => this.killGroup();

  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {
    this.exited = once(child, 'exit').then(() => child.exitCode);
    process.once('exit', this.killAtExit);
  }

  /** `vllm serve MODEL ARGS` of the interpreter that the suite was given. */
  static serve(args: readonly string[], env: Readonly<Record<string, string>> = {}): VllmProcess {
    const { AERIE_VLLM_PYTHON: python } = process.env;
    if (python === undefined) throw new Error('AERIE_VLLM_PYTHON is not set: npm run test:vllm -- --python PATH');
    const directory = mkdtempSync(join(tmpdir(), 'aerie-vllm-'));
    const log = openSync(join(directory, 'log'), 'a');
    const child = spawn(python, ['-m', 'vllm.entrypoints.cli.main', 'serve', ...MODEL_ARGS, ...args], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...ENVIRONMENT, ...env },
      cwd: directory,
      detached: true,
    });
    closeSync(log);
    return new VllmProcess(child, directory);
  }

  /** The last of what it and its children wrote. */
  get log(): string {
    return readFileSync(join(this.directory, 'log'), 'utf8').slice(-SHOWN_CHARS);
  }

  /** Of the engine core with this rank: it stands in front of every line it logs. */
  enginePid(rank = 0): number {
    const text = readFileSync(join(this.directory, 'log'), 'utf8');
    const pid = new RegExp(`\\(EngineCore(?:_DP${rank})? pid=(\\d+)\\)`).exec(text)?.[1];
    if (pid === undefined) throw new Error(`engine core ${rank} has logged nothing:\n${text}`);
    return Number(pid);
  }

  /** SIGTERM to the launcher, then an end to whatever it left; gives the launcher's exit status. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    const status = await this.exited;
    this.killGroup();
    process.off('exit', this.killAtExit);
    rmSync(this.directory, { recursive: true, force: true });
    return status;
  }

  private killGroup(): void {
    try {
      process.kill(-(this.child.pid ?? NaN), 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  }
}
