import { OptionValueError } from './human-integer.js';
import { withDottedValue } from './json-text.js';
import { isOption, knownArguments } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import { findSpelling } from './spellings.js';
import type { FoundSpelling, Spelling } from './spellings.js';

/** What the command line says, before any value is read. */
export interface ParsedArgv {
  /** Texts per argument; the last occurrence counts. */
  readonly values: ReadonlyMap<KnownArgument, readonly string[]>;
  readonly configFile: string | undefined;
  /** `''` for a bare `--help`. */
  readonly help: string | undefined;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads arguments as vLLM's parser does (cli-and-config.md §2): `-` and `_` are one, unique beginnings count, `--x=y`, `-n4`, `--no-x`,
 * `--enable-x`/`--disable-x`, `--json.key value`, several words after a flag that takes them.
 */
export function parseArgv(argv: readonly string[]): ParsedArgv {
  const parser = new ArgvParser(argv);
  parser.run();
  return parser;
}

class ArgvParser implements ParsedArgv {
  readonly values = new Map<KnownArgument, readonly string[]>();
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  configFile: string | undefined;
  help: string | undefined;
  private readonly positional = knownArguments.find(({ flag }) => flag === undefined);
  private readonly rest: string[];

  constructor(argv: readonly string[]) {
    this.rest = [...argv];
  }

  run(): void {
    for (let argument = this.rest.shift(); argument !== undefined; argument = this.rest.shift()) {
      if (argument === '--') {
        this.rest.splice(0).forEach((word) => this.takePositional(word));
      } else if (isFlag(argument)) {
        this.takeFlag(argument);
      } else {
        this.takePositional(argument);
      }
    }
  }

  private takePositional(word: string): void {
    if (!this.positional || this.values.has(this.positional)) {
      this.problems.push(`unexpected argument ${JSON.stringify(word)}`);
    } else {
      this.values.set(this.positional, [word]);
    }
  }

  private takeFlag(argument: string): void {
    const { name, path, inline } = splitFlag(argument);
    const found = findSpelling(name);
    if (found.type === 'found') {
      this.takeArgument(found, { path, inline });
      return;
    }
    const attached = this.withAttachedValue(argument);
    if (attached) {
      this.takeArgument(attached.found, { path: undefined, inline: attached.value });
      return;
    }
    this.problems.push(toSpellingProblem(name, found));
    skipValues(this.rest);
  }

  private takeConfigFile(inline: string | undefined): void {
    if (this.configFile !== undefined) this.problems.push('More than one config file specified!');
    this.configFile = inline ?? this.nextValue();
    if (this.configFile === undefined) {
      this.problems.push('No config file specified! Please check your command-line arguments.');
    }
  }

  /** `-n4`, `-O3`: a value right after a name of one letter. */
  private withAttachedValue(argument: string) {
    const found = findSpelling(argument.slice(0, 2));
    const isAttached = argument.length > 2 && !argument.startsWith('--') && found.type === 'found';
    return isAttached && found.argument.aliases?.includes(argument.slice(0, 2))
      ? { found, value: argument.slice(2) }
      : undefined;
  }

  private takeArgument({ argument, means }: Spelling, given: GivenValue): void {
    const { flag, kind } = argument;
    if (flag === '--help') {
      this.help = given.inline ?? '';
    } else if (flag === '--config') {
      this.takeConfigFile(given.inline);
    } else if (given.path !== undefined && kind !== 'json' && isOption(argument)) {
      this.problems.push(`${shownFlag(argument)}.${given.path}: ${shownFlag(argument)} takes no JSON object`);
      skipValues(this.rest);
    } else if (kind === 'boolean') {
      this.set(argument, [means ? (given.inline ?? 'true') : negated(given.inline ?? 'true')]);
    } else if (kind === 'words') {
      this.takeWords(argument, given.inline);
    } else {
      this.takeOne(argument, given);
    }
  }

  private takeWords(argument: KnownArgument, inline: string | undefined): void {
    if (argument.isRepeated) {
      const word = inline ?? this.nextValue();
      if (word === undefined) this.expectedValue(argument);
      else this.values.set(argument, [...(this.values.get(argument) ?? []), word]);
      return;
    }
    const words = inline === undefined ? takeWords(this.rest) : [inline];
    if (words.length === 0) this.problems.push(`${shownFlag(argument)}: expected at least one value`);
    this.set(argument, words);
  }

  private takeOne(argument: KnownArgument, { path, inline }: GivenValue): void {
    const text = inline ?? this.nextValue();
    if (text === undefined && !isOption(argument) && argument.mayBeBare) {
      this.set(argument, ['true']);
    } else if (text === undefined) {
      this.expectedValue(argument);
    } else if (path === undefined) {
      this.set(argument, [text]);
    } else {
      this.setMember(argument, path, text);
    }
  }

  private setMember(argument: KnownArgument, path: string, text: string): void {
    try {
      this.values.set(argument, [withDottedValue(this.values.get(argument)?.[0], path, text)]);
    } catch (error) {
      if (!(error instanceof OptionValueError)) throw error;
      this.problems.push(`${shownFlag(argument)}.${path}: ${error.message}`);
    }
  }

  private set(argument: KnownArgument, texts: readonly string[]): void {
    if (this.values.has(argument)) this.warnings.push(`Found duplicate keys ${shownFlag(argument)}`);
    this.values.set(argument, texts);
  }

  private nextValue(): string | undefined {
    return this.rest[0] === undefined || isFlag(this.rest[0]) ? undefined : this.rest.shift();
  }

  private expectedValue(argument: KnownArgument): void {
    this.problems.push(`${shownFlag(argument)}: expected a value`);
  }
}

interface GivenValue {
  /** What follows the dot: the key of a JSON object. */
  readonly path: string | undefined;
  /** What follows the equals sign. */
  readonly inline: string | undefined;
}

/** What took the place of arguments that vLLM had. */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([['--task', '--runner pooling, or --convert']]);

function toSpellingProblem(name: string, found: Exclude<FoundSpelling, { type: 'found' }>): string {
  if (found.type === 'ambiguous') return `ambiguous option: ${name} could match ${found.names.join(', ')}`;
  const meant = SUCCESSORS.get(name) ?? found.nearest;
  return `unrecognized argument ${name}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`;
}

function shownFlag({ flag = '--model' }: KnownArgument): string {
  return flag;
}

/** Negative numbers are values, and so is what has a space before any equals sign. */
function isFlag(argument: string): boolean {
  return /^-(?!\d|\.\d|$)[^\s=]*(=|$)/.test(argument);
}

function splitFlag(argument: string): GivenValue & { readonly name: string } {
  const equals = argument.indexOf('=');
  const whole = equals < 0 ? argument : argument.slice(0, equals);
  const dot = whole.indexOf('.');
  const base = dot < 0 ? whole : whole.slice(0, dot);
  return {
    name: base.startsWith('--') ? `--${base.slice(2).replaceAll('_', '-')}` : base,
    path: dot < 0 ? undefined : whole.slice(dot + 1),
    inline: equals < 0 ? undefined : argument.slice(equals + 1),
  };
}

function takeWords(rest: string[]): string[] {
  const end = rest.findIndex(isFlag);
  return rest.splice(0, end < 0 ? rest.length : end);
}

/** What follows an unknown flag is most likely its value: one complaint is enough. */
function skipValues(rest: string[]): void {
  while (rest[0] !== undefined && !isFlag(rest[0])) rest.shift();
}

function negated(text: string): string {
  return ['1', 'true', 'yes', 'on'].includes(text.toLowerCase()) ? 'false' : 'true';
}
