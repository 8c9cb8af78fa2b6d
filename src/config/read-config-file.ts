import { readFileSync, statSync } from 'node:fs';
import { parseConfigFile } from './parse-config-file.js';
import type { ParsedConfigFile } from './parse-config-file.js';

/** More than any configuration: what is larger was not meant. */
const MAX_BYTES = 1024 * 1024;

/** The `--config` file, when there is one; problems name it. */
export function readConfigFile(path: string | undefined, readFile: (path: string) => string): ParsedConfigFile {
  if (path === undefined) return { values: new Map(), problems: [] };
  if (!/\.ya?ml$/.test(path)) return failed(`Config file must be of a yaml/yml type. ${path} supplied`);
  let source: string;
  try {
    source = readFile(path);
  } catch (error) {
    return failed(`--config: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { values, problems } = parseConfigFile(source);
  return { values, problems: problems.map((problem) => `${path}: ${problem}`) };
}

/** Throws when it is no regular file, or larger than any configuration. */
export function readSmallFile(path: string): string {
  const status = statSync(path);
  if (!status.isFile()) throw new Error('it is not a file');
  if (status.size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

function failed(problem: string): ParsedConfigFile {
  return { values: new Map(), problems: [problem] };
}
