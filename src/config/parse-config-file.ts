import { parse } from 'yaml';
import { nearestWord } from './nearest-word.js';
import type { DeclaredOption } from './option.decorator.js';
import { spellingsOf } from './parse-argv.js';
import { toOptionTexts } from './to-option-value.js';

export interface ParsedConfigFile {
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  readonly problems: readonly string[];
}

/** Reads a `--config` file: keys are option names without dashes, the values those of the command line; `false` means false (§2.1). */
export function parseConfigFile(source: string, options: readonly DeclaredOption[]): ParsedConfigFile {
  const values = new Map<DeclaredOption, readonly string[]>();
  const problems: string[] = [];
  const document = readYaml(source, problems);
  const spellings = spellingsOf(options);
  for (const [key, value] of Object.entries(document)) {
    const name = `--${key.replaceAll('_', '-')}`;
    const spelling = spellings.get(name);
    if (!spelling || typeof spelling.option === 'string') {
      const nearest = nearestWord(name, [...spellings.keys()]);
      problems.push(`unknown key "${key}"${nearest === undefined ? '' : ` (did you mean "${nearest.slice(2)}"?)`}`);
      continue;
    }
    const { option, means } = spelling;
    if (option.kind === 'boolean' && typeof value === 'boolean') {
      values.set(option, [String(means === false ? !value : value)]);
    } else if (value !== null && value !== undefined) {
      values.set(option, toOptionTexts(option, value));
    }
  }
  return { values, problems };
}

function readYaml(source: string, problems: string[]): Record<string, unknown> {
  try {
    const document = parse(source, { maxAliasCount: 100 }) as unknown;
    if (document === null) {
      return {};
    }
    if (typeof document === 'object' && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
    problems.push('expected a mapping of option names to values');
  } catch (error) {
    problems.push(error instanceof Error ? (error.message.split('\n')[0] ?? 'not YAML') : 'not YAML');
  }
  return {};
}
