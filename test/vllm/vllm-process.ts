import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A tokenizer and a shape; the weights are vLLM's dummies, the same at every start. */
export const MODEL = join(process.cwd(), 'libs/tokenization/fixtures/tiny-chat');
export const SERVED_NAME = 'tiny';
export const MAX_MODEL_LEN = 2048;

/** What every `vllm serve` of the suite is told of the model; front end and engines must agree. */
export const MODEL_ARGS = [
  ...[MODEL, '--served-model-name', SERVED_NAME, '--load-format', 'dummy', '--enforce-eager'],
  ...['--max-model-len', String(MAX_MODEL_LEN)],
];

/** One GiB of cache, no network, one thread for each engine; the next start finds what Python compiled. */
export const VLLM_ENVIRONMENT = {
  VLLM_CPU_KVCACHE_SPACE: '1',
  HF_HUB_OFFLINE: '1',
  VLLM_NO_USAGE_STATS: '1',
  VLLM_CPU_OMP_THREADS_BIND: 'nobind',
  OMP_NUM_THREADS: '1',
  PYTHONDONTWRITEBYTECODE: '',
};

/** `vllm serve` of the interpreter that the suite was given. */
export function vllmServeCommand(): readonly string[] {
  const { AERIE_VLLM_PYTHON: python } = process.env;
  if (python === undefined) throw new Error('AERIE_VLLM_PYTHON is not set: npm run test:vllm -- --python PATH');
  return [python, '-m', 'vllm.entrypoints.cli.main', 'serve'];
}

/** `vllm serve MODEL …` in a process group of its own. */
export class VllmProcess {
  /** Exit status of the launcher. */
  readonly exited: Promise<number | null>;
  private text = '';
  private readonly writing = new EventEmitter();
  private readonly killAtExit = (): void => this.killGroup();

  private constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    this.exited = once(child, 'exit').then(() => child.exitCode);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        this.text += piece;
        this.writing.emit('text');
      });
    }
    process.once('exit', this.killAtExit);
    process.once('disconnect', exitAlone);
  }

  static serve(args: readonly string[], env: Readonly<Record<string, string>> = {}): VllmProcess {
    const [python, ...command] = vllmServeCommand();
    const child = spawn(python, [...command, ...MODEL_ARGS, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...VLLM_ENVIRONMENT, ...env },
      cwd: tmpdir(),
      detached: true,
    });
    return new VllmProcess(child);
  }

  /** What it and its children have written so far. */
  get output(): string {
    return this.text;
  }

  /** Waits until it has written this; rejects when it ends first. */
  wrote(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(this.text);
        if (!found) return;
        this.writing.off('text', look);
        resolve(found);
      };
      this.writing.on('text', look);
      look();
      void this.exited.then(() => reject(new Error(`vllm serve ended before it wrote ${pattern}`)));
    });
  }

  /** Of the engine core with this rank: it stands in front of every line it writes. */
  async enginePid(rank = 0): Promise<number> {
    const [, pid] = await this.wrote(new RegExp(`\\(EngineCore(?:_DP${rank})? pid=(\\d+)\\)`));
    return Number(pid);
  }

  /** SIGTERM to the launcher. */
  terminate(): void {
    this.child.kill('SIGTERM');
  }

  /** Ends the launcher, then whatever it left; gives the launcher's exit status. */
  async stop(): Promise<number | null> {
    this.terminate();
    const status = await this.exited;
    this.killGroup();
    process.off('exit', this.killAtExit);
    process.off('disconnect', exitAlone);
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

/** Vitest has ended without its worker, which would go on alone. */
function exitAlone(): void {
  process.exit(1);
}
