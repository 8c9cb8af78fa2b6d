import type { DeclaredOption } from './option.decorator.js';
import { toOptionTexts } from './to-option-value.js';
import { vllmArguments } from './vllm-arguments.js';
import type { VllmArgument } from './vllm-arguments.js';

export interface ParsedVllmArguments {
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  /** Argument each value came from. */
  readonly names: ReadonlyMap<DeclaredOption, string>;
  /** Arguments that cannot be honoured, by name. */
  readonly problems: readonly string[];
  /** Arguments whose feature is missing, by name. */
  readonly warnings: readonly string[];
  /** Arguments nobody here has heard of, of newer releases and plug-ins. */
  readonly unknown: readonly string[];
}

/**
 * Reads arguments of `vllm serve` under their Python names, as JSON values (engine protocol §2.5). What is empty, zero or false asks for nothing:
 * launchers pass whole objects of defaults. No value is ever repeated in a problem or a warning: some are secrets.
 */
export function parseVllmArguments(
  given: Readonly<Record<string, unknown>>,
  options: readonly DeclaredOption[],
): ParsedVllmArguments {
  const values = new Map<DeclaredOption, readonly string[]>();
  const names = new Map<DeclaredOption, string>();
  const problems: string[] = [];
  const warnings: string[] = [];
  const unknown: string[] = [];
  const entries = Object.entries(given);
  // An argument of its own wins over the member of an object.
  for (const [name, value] of [...entries.filter(hasNoMembers), ...entries.filter((entry) => !hasNoMembers(entry))]) {
    const known = Object.hasOwn(vllmArguments, name) ? vllmArguments[name] : undefined;
    if (known === undefined) {
      unknown.push(name);
    } else {
      take(name, known, value);
    }
  }
  return { values, names, problems, warnings, unknown };

  function take(name: string, argument: VllmArgument, value: unknown): void {
    switch (argument.type) {
      case 'option':
        setOption(name, argument, value);
        return;
      case 'members':
        for (const [member, treatment] of Object.entries(argument.members)) {
          const inner = isObject(value) && Object.hasOwn(value, member) ? value[member] : undefined;
          take(`${name}.${member}`, treatment, inner);
        }
        return;
      case 'missing':
        if (asksForSomething(value) && value !== argument.neutral) {
          warnings.push(`${name}: ${argument.consequence}`);
        }
        return;
      case 'refused':
        if (asksForSomething(value)) problems.push(`${name} cannot be honoured: ${argument.reason}`);
        return;
      case 'engine':
      case 'launcher':
      case 'moot':
        return;
    }
  }

  function setOption(name: string, { flag, words }: VllmArgument & { readonly type: 'option' }, value: unknown): void {
    const option = mustFind(flag ?? `--${name.replaceAll('_', '-')}`);
    const texts = value === null || value === undefined || value === '' ? [] : toOptionTexts(option, value);
    const translated = words === undefined ? texts : texts.flatMap((text) => words[text] ?? []);
    if (translated.length > 0 && !values.has(option)) {
      values.set(option, translated);
      names.set(option, name);
    }
  }

  function mustFind(flag: string): DeclaredOption {
    const option = options.find((candidate) => (candidate.flag ?? '--model') === flag);
    if (option === undefined) throw new Error(`the table of vLLM's arguments names ${flag}, which is no option`);
    return option;
  }
}

function hasNoMembers([name]: readonly [string, unknown]): boolean {
  return !Object.hasOwn(vllmArguments, name) || vllmArguments[name].type !== 'members';
}

function asksForSomething(value: unknown): boolean {
  if (typeof value !== 'object') return Boolean(value);
  return value !== null && Object.keys(value).length > 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
