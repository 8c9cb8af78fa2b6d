import { execFile } from 'node:child_process';
import { WIRE_CLASSES, layoutFromManifest } from '@app/engine-protocol';
import type { LayoutManifest } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { LAYOUT_PROGRAM, NO_VLLM } from './layout-program.js';

const MAX_BYTES = 1 << 20;

/**
 * Runs a Python interpreter once and asks the vLLM installed in it for the layouts of its structures. Throws `ConfigurationError`, in one line, when there is no
 * such interpreter, no vLLM in it, no answer within `timeoutMs`, or none that makes a layout.
 */
export async function readLayouts(python: string, timeoutMs: number): Promise<LayoutManifest> {
  const modules = Object.fromEntries(Object.entries(WIRE_CLASSES).map(([name, { module }]) => [name, module]));
  const text = await runPython(python, [LAYOUT_PROGRAM, JSON.stringify(modules)], timeoutMs);
  const manifest = parse(python, text);
  layoutFromManifest(manifest);
  return manifest as LayoutManifest;
}

function runPython(python: string, [program, argument]: readonly string[], timeoutMs: number): Promise<string> {
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MAX_BYTES } as const;
  return new Promise((resolve, reject) => {
    execFile(python, ['-c', program, argument], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      reject(new ConfigurationError(whyNot(error, { python, timeoutMs, stderr }), { cause: error }));
    });
  });
}

interface Run {
  readonly python: string;
  readonly timeoutMs: number;
  readonly stderr: string;
}

function whyNot(error: Error & { code?: unknown; killed?: unknown }, { python, timeoutMs, stderr }: Run): string {
  if (error.code === 'ENOENT') return `--python: there is no ${python}`;
  if (error.code === 'EACCES') return `--python: ${python} may not be executed`;
  if (error.code === NO_VLLM) return `--python: vllm is not installed for ${python}`;
  if (error.killed === true) return `--python: ${python} gave no answer within ${timeoutMs / 1000} s (--timeout)`;
  const lastLine = stderr.trimEnd().split('\n').at(-1) ?? '';
  return `--python: ${python} failed: ${lastLine === '' ? error.message.split('\n')[0] : lastLine}`;
}

function parse(python: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`--python: what ${python} printed is not JSON`, { cause: error });
  }
}
