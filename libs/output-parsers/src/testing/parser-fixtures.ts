import { existsSync, readFileSync, readdirSync } from 'node:fs';
import type { ParserModel } from '../parser-model.js';
import type { OfferedFunction } from '../tool/tool-parser.js';

const FOLDER = new URL('../../fixtures/', import.meta.url);

/** What a parser should give for one output, merged over the whole answer. */
export interface FixtureResult {
  readonly content: string | null;
  readonly tool_calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly reasoning?: string;
}

export interface FixtureCase {
  readonly id: string;
  readonly text: string;
  readonly finish: 'stop' | 'length';
  readonly prompt?: string | null;
  readonly kwargs?: Readonly<Record<string, unknown>> | null;
  /** Which tokenizer, where it is not the usual one. */
  readonly variant?: string;
  /** Tool parser used together with a reasoning parser. */
  readonly with?: string;
  readonly vllm: { readonly full?: FixtureResult | { readonly vllm_error: string } };
  readonly expected?: FixtureResult | 'full';
  /** Just as good: vLLM's own result, which drops ordinary text around calls. */
  readonly also_ok?: FixtureResult | 'full';
  /** Malformed or ambiguous output: `expected` is a suggestion. */
  readonly judged?: 'open';
  /** The output was stopped by max_tokens in the middle of what it was about to say. */
  readonly cut?: unknown;
  readonly meant?: FixtureResult;
}

interface Tokens {
  readonly special: readonly string[];
  readonly added_not_special: readonly string[];
}

export interface ParserFixture {
  /** Every name by which the parser is registered. */
  readonly names: readonly string[];
  /** What arguments are: the model's JSON text, JSON with free spacing, or built by the parser. */
  readonly args?: 'verbatim' | 'json' | 'typed';
  /** Markers that are tokens; a sentence where they are those of a well-known encoding. */
  readonly tokens?: Tokens | string;
  readonly variants?: Readonly<Record<string, Tokens>>;
  readonly response_template?: unknown;
  readonly default_prompt?: string | null;
  readonly default_kwargs?: Readonly<Record<string, unknown>> | null;
  readonly prompt_checks?: readonly {
    readonly prompt: string;
    readonly kwargs?: Readonly<Record<string, unknown>> | null;
    /** Null: the recorded parser cannot say. */
    readonly is_reasoning_end: boolean | null;
  }[];
  readonly cases: readonly FixtureCase[];
}

/** Recorded results of vLLM's parsers, and what to give instead where they contradict themselves; `name`: of the file, which is that of the parser. */
export function loadFixture(kind: 'tool' | 'reasoning', name: string): ParserFixture {
  return readJson(`${kind}/${name}.json`) as ParserFixture;
}

/** Names of the recorded files of a kind, without those of no parser. */
export function fixtureNames(kind: 'tool' | 'reasoning'): string[] {
  const names = readdirSync(new URL(kind, FOLDER)).map((file) => file.replace(/\.json$/, ''));
  return names.filter((name) => !name.startsWith('_')).sort();
}

/** Names of the recorded files of a kind that have exceptions. */
export function exceptionNames(kind: 'tool' | 'reasoning'): string[] {
  const names = readdirSync(new URL('exceptions', FOLDER)).map((file) => file.replace(/\.json$/, ''));
  return names.filter((name) => name.startsWith(`${kind}-`)).map((name) => name.slice(kind.length + 1));
}

/** Cases whose `expected` we do not give: id → the reason. */
export function loadExceptions(kind: 'tool' | 'reasoning', name: string): Readonly<Record<string, string>> {
  const path = `exceptions/${kind}-${name}.json`;
  return existsSync(new URL(path, FOLDER)) ? (readJson(path) as Record<string, string>) : {};
}

/** The tools of every case of a tool parser, and of reasoning cases `with` one. */
export function loadTools(): OfferedFunction[] {
  return (readJson('tools.json') as { readonly function: OfferedFunction }[]).map((tool) => tool.function);
}

/** The model that a case was recorded with, as far as parsers ask for it. */
export function modelOf({ tokens, variants, response_template }: ParserFixture, variant?: string): ParserModel {
  const named = variant === undefined ? tokens : variants?.[variant];
  const added = typeof named === 'object' ? [...named.special, ...named.added_not_special] : HARMONY_TOKENS;
  return {
    tokenId: (token) => (added.includes(token) ? 32_000 + added.indexOf(token) : undefined),
    addedTokens: added,
    responseTemplate: response_template,
  };
}

const HARMONY_TOKENS = [
  ...['<|start|>', '<|end|>', '<|message|>', '<|channel|>'],
  ...['<|constrain|>', '<|return|>', '<|call|>'],
];

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}
