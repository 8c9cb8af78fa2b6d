import { OptionValueError } from './human-integer.js';
import { isOption, toFlag } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import type { DeclaredOption } from './option.decorator.js';
import { toOptionTexts, toOptionValue } from './to-option-value.js';
import { vllmArguments } from './vllm-arguments.js';
import type { VllmArgument } from './vllm-arguments.js';

/** What arguments come to: values of options, and what is to be said of the rest. */
export interface SettledArguments {
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  /** Place that each value came from. */
  readonly names: ReadonlyMap<DeclaredOption, string>;
  /** What cannot be honoured, by name. */
  readonly problems: readonly string[];
  /** What is accepted without effect, by name. */
  readonly warnings: readonly string[];
  /** What the engines have to be told, by name. */
  readonly forEngines: readonly string[];
  /** What is said of engines that are not ours, by name. */
  readonly ofVllmEngines: readonly string[];
  /** Arguments nobody here has heard of, of newer releases and plug-ins. */
  readonly unknown: readonly string[];
}

/**
 * Settles arguments of `vllm serve` under their Python names, as JSON values that its launcher passes on (engine protocol §2.5). What is empty, zero
 * or false asks for nothing: launchers pass whole objects of defaults. What the engines and the launcher act on is done already.
 */
export function settleLaunched(
  given: Readonly<Record<string, unknown>>,
  options: readonly DeclaredOption[],
): SettledArguments {
  const settlement = new Settlement(options);
  const entries = Object.entries(given);
  // An argument of its own wins over the member of an object.
  for (const [name, value] of [...entries.filter(hasNoMembers), ...entries.filter((entry) => !hasNoMembers(entry))]) {
    const known = Object.hasOwn(vllmArguments, name) ? vllmArguments[name] : undefined;
    if (known === undefined) settlement.unknown.push(name);
    else if (!isDoneElsewhere(known)) settlement.take(name, name, known, () => value);
  }
  return settlement;
}

/** Settles what a command line or a file says; `place` names an argument there. */
export function settleGiven(
  given: ReadonlyMap<KnownArgument, readonly string[]>,
  options: readonly DeclaredOption[],
  place: (argument: KnownArgument) => string,
): SettledArguments {
  const settlement = new Settlement(options);
  for (const [argument, texts] of given) {
    if (isOption(argument)) settlement.set(argument, texts, place(argument));
  }
  for (const [argument, texts] of given) {
    if (isOption(argument)) continue;
    const known = vllmArguments[argument.vllmName];
    settlement.take(argument.vllmName, place(argument), known, () => toOptionValue(argument, texts) ?? null);
  }
  return settlement;
}

class Settlement implements SettledArguments {
  readonly values = new Map<DeclaredOption, readonly string[]>();
  readonly names = new Map<DeclaredOption, string>();
  readonly problems: string[] = [];
  readonly warnings: string[] = [];
  readonly forEngines: string[] = [];
  readonly ofVllmEngines: string[] = [];
  readonly unknown: string[] = [];

  constructor(private readonly options: readonly DeclaredOption[]) {}

  set(option: DeclaredOption, texts: readonly string[], place: string): void {
    if (texts.length === 0 || this.values.has(option)) return;
    this.values.set(option, texts);
    this.names.set(option, place);
    if (option.isOfVllmEngines) this.ofVllmEngines.push(place);
  }

  /** No value is ever repeated in a problem or a warning of an argument that is no option: some are secrets. */
  take(name: string, place: string, argument: VllmArgument, read: () => unknown): void {
    switch (argument.type) {
      case 'option':
        this.takeOption(
          name,
          place,
          argument,
          this.readValue(place, read, ({ message }) => message),
        );
        return;
      case 'members':
        this.takeMembers(place, argument, this.readObject(place, read));
        return;
      case 'engine':
        this.forEngines.push(place);
        return;
      case 'launcher':
        if (argument.alone) this.take(name, place, argument.alone, read);
        return;
      case 'moot':
        this.warnings.push(`${place} has no effect: ${argument.reason}`);
        return;
      case 'missing': {
        const value = this.readValue(place, read);
        if (asksForSomething(value) && value !== argument.neutral) {
          this.warnings.push(`${place}: ${argument.consequence}`);
        }
        return;
      }
      case 'refused': {
        const value = this.readValue(place, read);
        if (asksForSomething(value) && value !== argument.neutral) {
          this.problems.push(`${place} cannot be honoured: ${argument.reason}`);
        }
        return;
      }
    }
  }

  private takeOption(name: string, place: string, { flag, words }: VllmOption, value: unknown): void {
    const option = this.mustFind(flag ?? toFlag(name));
    const texts = value === null || value === undefined || value === '' ? [] : toOptionTexts(option, value);
    this.set(option, words === undefined ? texts : texts.flatMap((text) => words[text] ?? []), place);
  }

  private takeMembers(place: string, { members }: VllmMembers, value: Readonly<Record<string, unknown>>): void {
    for (const [member, treatment] of Object.entries(members)) {
      const inner = Object.hasOwn(value, member) ? value[member] : undefined;
      this.take(member, `${place}.${member}`, treatment, () => inner);
    }
  }

  private readValue(
    place: string,
    read: () => unknown,
    explain: (error: OptionValueError) => string = () => 'invalid value',
  ): unknown {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof OptionValueError)) throw error;
      this.problems.push(`${place}: ${explain(error)}`);
      return undefined;
    }
  }

  private readObject(place: string, read: () => unknown): Readonly<Record<string, unknown>> {
    const value = this.readValue(place, read);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : {};
  }

  private mustFind(flag: string): DeclaredOption {
    const option = this.options.find((candidate) => (candidate.flag ?? '--model') === flag);
    if (option === undefined) throw new Error(`the table of vLLM's arguments names ${flag}, which is no option`);
    return option;
  }
}

type VllmOption = VllmArgument & { readonly type: 'option' };
type VllmMembers = VllmArgument & { readonly type: 'members' };

function hasNoMembers([name]: readonly [string, unknown]): boolean {
  return !Object.hasOwn(vllmArguments, name) || vllmArguments[name].type !== 'members';
}

function isDoneElsewhere({ type }: VllmArgument): boolean {
  return type === 'engine' || type === 'launcher' || type === 'moot';
}

function asksForSomething(value: unknown): boolean {
  if (typeof value !== 'object') return Boolean(value);
  return value !== null && Object.keys(value).length > 0;
}
