import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An argument as `vllm serve` 0.33 declares it. */
export interface VllmServeArgument {
  /** `--max-model-len`; `model_tag` for the positional one. */
  readonly flag: string;
  /** Further names that the help shows, negative ones among them. */
  readonly aliases: readonly string[];
  readonly hidden_aliases?: readonly string[];
  readonly group: string;
  readonly type: 'string' | 'bool' | 'int' | 'int with suffix' | 'float' | 'json' | 'string or json';
  readonly choices: readonly string[] | null;
  readonly default: unknown;
  readonly nargs: '?' | '+' | 0 | null;
  readonly repeatable?: boolean;
  /** A front end must honour it. */
  readonly frontend: boolean;
}

/** Every argument of `vllm serve` 0.33, in its order. */
export const vllmServeArguments = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/vllm-serve-0.33.json'), 'utf8'),
) as readonly VllmServeArgument[];

/** `max_model_len` for `--max-model-len`. */
export function pythonName({ flag }: Pick<VllmServeArgument, 'flag'>): string {
  return flag.replace(/^--/, '').replaceAll('-', '_');
}
