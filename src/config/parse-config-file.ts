import { parse } from 'yaml';
import { OptionValueError } from './human-integer.js';
import { withDottedValue } from './json-text.js';
import { isOption } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import { findSpelling } from './spellings.js';
import { toOptionTexts } from './to-option-value.js';

export interface ParsedConfigFile {
  /** Texts per argument, as the command line would have them. */
  readonly values: ReadonlyMap<KnownArgument, readonly string[]>;
  readonly problems: readonly string[];
}

/** Reads a `--config` file: keys are option names without dashes, the values those of the command line; `false` means false (§2.1). */
export function parseConfigFile(source: string): ParsedConfigFile {
  const values = new Map<KnownArgument, readonly string[]>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(readYaml(source, problems))) {
    try {
      take(key, value);
    } catch (error) {
      if (!(error instanceof OptionValueError)) throw error;
      problems.push(`${key}: ${error.message}`);
    }
  }
  return { values, problems };

  function take(key: string, value: unknown): void {
    const dot = key.indexOf('.');
    const name = `--${(dot < 0 ? key : key.slice(0, dot)).replaceAll('_', '-')}`;
    const found = findSpelling(name);
    if (found.type === 'ambiguous') {
      problems.push(`ambiguous key "${key}" could be ${found.names.map((candidate) => candidate.slice(2)).join(', ')}`);
    } else if (found.type === 'unknown' || found.argument.flag === '--config' || found.argument.flag === '--help') {
      const nearest = found.type === 'unknown' ? found.nearest : undefined;
      problems.push(`unknown key "${key}"${nearest === undefined ? '' : ` (did you mean "${nearest.slice(2)}"?)`}`);
    } else if (value !== null && value !== undefined && !isEmptyList(value)) {
      const { argument, means } = found;
      const before = values.get(argument)?.[0];
      const [text = ''] = toOptionTexts(argument, value);
      if (dot >= 0) values.set(argument, [withDottedValue(before, key.slice(dot + 1), text)]);
      else values.set(argument, toTexts(argument, means === false && typeof value === 'boolean' ? !value : value));
    }
  }
}

function toTexts(argument: KnownArgument, value: unknown): readonly string[] {
  if (typeof value === 'boolean' && argument.kind !== 'boolean' && isOption(argument)) {
    throw new OptionValueError(`expected a value, got ${value}`);
  }
  return toOptionTexts(argument, value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function readYaml(source: string, problems: string[]): Record<string, unknown> {
  try {
    const document = parse(source, { maxAliasCount: 100, logLevel: 'error' }) as unknown;
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
