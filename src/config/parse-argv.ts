import { nearestWord } from './nearest-word.js';
import type { DeclaredOption } from './option.decorator.js';

/** What the command line says, before any value is read. */
export interface ParsedArgv {
  /** Texts per option; the last occurrence counts. */
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  readonly configFile: string | undefined;
  /** `''` for a bare `--help`. */
  readonly help: string | undefined;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface Spelling {
  readonly option: DeclaredOption | 'config' | 'help';
  /** Set for the spellings of a boolean: what they mean. */
  readonly means?: boolean | undefined;
}

/**
 * Reads arguments as vLLM's parser does (cli-and-config.md §2): `-` and `_` are one, unique prefixes count, `--x=y`, `--no-x`,
 * `--enable-x`/`--disable-x`, `--json.key value`, several words after a flag that takes them.
 */
export function parseArgv(argv: readonly string[], options: readonly DeclaredOption[]): ParsedArgv {
  const spellings = spellingsOf(options);
  const values = new Map<DeclaredOption, readonly string[]>();
  const problems: string[] = [];
  const warnings: string[] = [];
  const positional = options.find(({ flag }) => flag === undefined);
  let configFile: string | undefined;
  let help: string | undefined;
  const rest = [...argv];

  const takeValue = (flag: string, inline: string | undefined): string | undefined => {
    if (inline !== undefined) {
      return inline;
    }
    const next = rest[0];
    if (next === undefined || isFlag(next)) {
      problems.push(`${flag}: expected a value`);
      return undefined;
    }
    return rest.shift();
  };

  while (rest.length > 0) {
    const argument = rest.shift() as string;
    if (!isFlag(argument)) {
      if (!positional || values.has(positional)) {
        problems.push(`unexpected argument ${JSON.stringify(argument)}`);
      } else {
        values.set(positional, [argument]);
      }
      continue;
    }
    const { name, jsonPath, inline } = splitFlag(argument);
    const found = findSpelling(name, spellings, positional);
    if (typeof found === 'string') {
      problems.push(found);
      skipValues(rest);
      continue;
    }
    const { option, means } = found;
    if (option === 'help') {
      help = inline ?? '';
    } else if (option === 'config') {
      if (configFile !== undefined) {
        problems.push('More than one config file specified!');
      }
      configFile = takeValue('--config', inline);
    } else if (option.kind === 'boolean' && inline === undefined) {
      set(option, [String(means)]);
    } else if (option.kind === 'boolean') {
      set(option, [means === false ? negated(inline as string) : (inline as string)]);
    } else if (option.isRepeated) {
      const word = takeValue(option.flag ?? '--model', inline);
      if (word !== undefined) values.set(option, [...(values.get(option) ?? []), word]);
    } else if (option.kind === 'words') {
      const words = inline === undefined ? takeWords(rest) : [inline];
      if (words.length === 0) {
        problems.push(`${option.flag}: expected at least one value`);
      }
      set(option, words);
    } else {
      const text = takeValue(option.flag ?? '--model', inline);
      if (text !== undefined && jsonPath !== undefined) {
        values.set(option, [withJsonPath(values.get(option)?.[0], jsonPath, text)]);
      } else if (text !== undefined) {
        set(option, [text]);
      }
    }
  }
  return { values, configFile, help, problems, warnings };

  function set(option: DeclaredOption, texts: readonly string[]): void {
    if (values.has(option)) {
      warnings.push(`Found duplicate keys ${option.flag ?? '--model'}`);
    }
    values.set(option, texts);
  }
}

/** Every long name an option answers to, with its sense for booleans. */
export function spellingsOf(options: readonly DeclaredOption[]): ReadonlyMap<string, Spelling> {
  const spellings = new Map<string, Spelling>([
    ['--config', { option: 'config' }],
    ['--help', { option: 'help' }],
    ['-h', { option: 'help' }],
  ]);
  for (const option of options) {
    option.aliases?.forEach((alias) => spellings.set(alias, { option, means: true }));
    if (option.flag === undefined) {
      spellings.set('--model', { option });
      continue;
    }
    spellings.set(option.flag, { option, means: true });
    if (option.kind === 'boolean') {
      spellings.set(oppositeFlag(option.flag), { option, means: false });
      spellings.set(`--no-${option.flag.slice(2)}`, { option, means: false });
    }
  }
  return spellings;
}

/** The shown negative of a boolean flag. */
export function oppositeFlag(flag: string): string {
  if (flag.startsWith('--enable-')) {
    return flag.replace('--enable-', '--disable-');
  }
  return flag.startsWith('--disable-') ? flag.replace('--disable-', '--enable-') : `--no-${flag.slice(2)}`;
}

/** The spelling a name stands for, or what is wrong with it. */
function findSpelling(
  name: string,
  spellings: ReadonlyMap<string, Spelling>,
  positional: DeclaredOption | undefined,
): Spelling | string {
  const exact = spellings.get(name);
  if (exact) {
    return exact;
  }
  const matches = name.startsWith('--') ? [...spellings].filter(([spelling]) => spelling.startsWith(name)) : [];
  const distinct = new Set(
    matches.map(([, { option, means }]) => `${optionName(option, positional)} ${String(means)}`),
  );
  if (distinct.size === 1) {
    return matches[0][1];
  }
  if (matches.length > 1) {
    return `ambiguous option: ${name} could match ${matches.map(([spelling]) => spelling).join(', ')}`;
  }
  const nearest = nearestWord(name, [...spellings.keys()]);
  return `unrecognized argument ${name}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
}

function optionName(option: Spelling['option'], positional: DeclaredOption | undefined): string {
  if (typeof option === 'string') {
    return option;
  }
  return option === positional ? 'model' : (option.flag ?? '');
}

/** Negative numbers are values. */
function isFlag(argument: string): boolean {
  return /^-(?!\d|\.\d|$)/.test(argument);
}

function splitFlag(argument: string): { name: string; jsonPath: string | undefined; inline: string | undefined } {
  const equals = argument.indexOf('=');
  const whole = equals < 0 ? argument : argument.slice(0, equals);
  const dot = whole.indexOf('.');
  const base = dot < 0 ? whole : whole.slice(0, dot);
  return {
    name: base.startsWith('--') ? `--${base.slice(2).replaceAll('_', '-')}` : base,
    jsonPath: dot < 0 ? undefined : whole.slice(dot + 1),
    inline: equals < 0 ? undefined : argument.slice(equals + 1),
  };
}

function takeWords(rest: string[]): string[] {
  const end = rest.findIndex(isFlag);
  return rest.splice(0, end < 0 ? rest.length : end);
}

/** What follows an unknown flag is most likely its value: one complaint is enough. */
function skipValues(rest: string[]): void {
  while (rest[0] !== undefined && !isFlag(rest[0])) {
    rest.shift();
  }
}

function negated(text: string): string {
  return ['1', 'true', 'yes', 'on'].includes(text.toLowerCase()) ? 'false' : 'true';
}

/** `{"a":{"b":1}}` from the path `a.b` and the text `1`, merged into what there is; `list+` appends. */
function withJsonPath(known: string | undefined, path: string, text: string): string {
  const root = (known === undefined ? {} : (JSON.parse(known) as unknown)) as Record<string, unknown>;
  const keys = path.replace(/\+$/, '').split('.');
  let owner = root;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(owner, key) ? owner[key] : undefined;
    const child = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
    define(owner, key, child);
    owner = child;
  }
  const last = keys.at(-1) ?? '';
  const before = Object.hasOwn(owner, last) ? owner[last] : undefined;
  const items = path.endsWith('+')
    ? [...(Array.isArray(before) ? (before as unknown[]) : []), ...listOf(text)]
    : undefined;
  define(owner, last, items ?? jsonOrText(text));
  return JSON.stringify(root);
}

function define(owner: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, writable: true, configurable: true });
}

function listOf(text: string): unknown[] {
  return text.split(',').map(jsonOrText);
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
