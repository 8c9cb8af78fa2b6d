import { writeFile } from 'node:fs/promises';
import { ConfigurationError, ServerError } from '@app/errors';
import { Command, CommandRunner, Option } from 'nest-commander';
import { exitAfter } from '../exit-code.js';
import { readLayouts } from './read-layouts.js';

/** vLLM's imports alone take this long on a busy machine. */
const DEFAULT_TIMEOUT_S = '300';
const MAX_TIMEOUT_S = 86_400;

interface LayoutsOptions {
  readonly python: string;
  readonly output?: string | undefined;
  readonly timeout?: string | undefined;
}

/** `aerie layouts --python PATH`: the wire layouts of an installed vLLM, for `aerie serve --engine-layouts`. */
@Command({
  name: 'layouts',
  description: 'write down the wire layouts of an installed vLLM, for serve --engine-layouts',
})
export class LayoutsCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]): this {
    command.exitOverride(exitAfter);
    return super.setCommand(command);
  }

  async run(_arguments: string[], { python, output, timeout = DEFAULT_TIMEOUT_S }: LayoutsOptions): Promise<void> {
    try {
      const text = `${JSON.stringify(await readLayouts(python, toMilliseconds(timeout)), undefined, 2)}\n`;
      if (output === undefined) process.stdout.write(text);
      else await writeTo(output, text);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      process.stderr.write(`aerie: ${error.message}\n`);
      process.exitCode = 1;
    }
  }

  @Option({ flags: '--python <path>', description: 'the interpreter that vllm is installed for', required: true })
  python(value: string): string {
    return value;
  }

  @Option({ flags: '--output <file>', description: 'file to write (default: standard output)' })
  output(value: string): string {
    return value;
  }

  @Option({ flags: '--timeout <seconds>', description: 'how long the interpreter may take (default: 300)' })
  timeout(value: string): string {
    return value;
  }
}

function toMilliseconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return seconds * 1000;
  throw new ConfigurationError(`--timeout: expected seconds up to ${MAX_TIMEOUT_S}, got "${text}"`);
}

async function writeTo(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new ConfigurationError(`--output: ${(error as Error).message}`, { cause: error });
  }
}
