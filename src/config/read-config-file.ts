import { parseConfigFile } from './parse-config-file.js';
import type { ParsedConfigFile } from './parse-config-file.js';

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

function failed(problem: string): ParsedConfigFile {
  return { values: new Map(), problems: [problem] };
}
