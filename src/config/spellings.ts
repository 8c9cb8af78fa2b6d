import { isOption, knownArguments, vllmSpecs } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import { nearestWord } from './nearest-word.js';

export interface Spelling {
  readonly argument: KnownArgument;
  /** What it means for a boolean. */
  readonly means: boolean;
}

export type FoundSpelling =
  | ({ readonly type: 'found' } & Spelling)
  | { readonly type: 'ambiguous'; readonly names: readonly string[] }
  | { readonly type: 'unknown'; readonly nearest: string | undefined };

const byName: ReadonlyMap<string, Spelling> = new Map(
  knownArguments.flatMap((argument) => namesOf(argument).map(([name, means]) => [name, { argument, means }])),
);

const namesOfVllm: ReadonlySet<string> = new Set(vllmSpecs.flatMap(namesOf).map(([name]) => name));

/**
 * What a name stands for: `name`, with its dashes, is one that an argument answers to, or the unique beginning of one (cli-and-config.md §2).
 * A beginning that is unique among the names of `vllm serve` is one here too, whatever options of ours begin like it: command lines that were
 * written for vLLM go on working.
 */
export function findSpelling(name: string): FoundSpelling {
  const exact = byName.get(name);
  if (exact) return { type: 'found', ...exact };
  const names = [...byName.keys()].filter((candidate) => candidate.startsWith(name));
  const [only, ...others] = distinct(names.filter((candidate) => namesOfVllm.has(candidate)));
  if (only && others.length === 0) return { type: 'found', ...only };
  const [first, ...rest] = distinct(names);
  if (first && rest.length === 0) return { type: 'found', ...first };
  if (first) return { type: 'ambiguous', names };
  return { type: 'unknown', nearest: nearestWord(name, [...byName.keys()]) };
}

/** Two names of one argument that mean the same are no ambiguity. */
function distinct(names: readonly string[]): readonly Spelling[] {
  const spellings = names.flatMap((name) => byName.get(name) ?? []);
  return [...new Map(spellings.map((spelling) => [`${flagOf(spelling)} ${spelling.means}`, spelling])).values()];
}

/** The shown negative of a boolean flag. */
export function oppositeFlag(flag: string): string {
  if (flag.startsWith('--enable-')) return flag.replace('--enable-', '--disable-');
  return flag.startsWith('--disable-') ? flag.replace('--disable-', '--enable-') : `--no-${flag.slice(2)}`;
}

function namesOf(argument: KnownArgument): readonly (readonly [name: string, means: boolean])[] {
  const { flag = '--model', kind, aliases = [] } = argument;
  const positive = [flag, ...aliases].map((name) => [name, true] as const);
  if (kind !== 'boolean' || (!isOption(argument) && argument.isFlag)) return positive;
  const negative = new Set([oppositeFlag(flag), `--no-${flag.slice(2)}`]);
  return [...positive, ...[...negative].map((name) => [name, false] as const)];
}

function flagOf({ argument }: Spelling): string {
  return argument.flag ?? '--model';
}
