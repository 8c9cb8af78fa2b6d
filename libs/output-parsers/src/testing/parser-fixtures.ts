import { readFileSync } from 'node:fs';

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
  readonly prompt?: string;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Tool parser used together with a reasoning parser. */
  readonly with?: string;
  readonly vllm: { readonly full: FixtureResult };
  readonly expected?: FixtureResult | 'full';
  /** Malformed or ambiguous output: `expected` is a suggestion. */
  readonly judged?: 'open';
}

export interface ParserFixture {
  readonly default_prompt?: string;
  readonly prompt_checks?: readonly {
    readonly prompt: string;
    readonly kwargs?: Readonly<Record<string, unknown>>;
    readonly is_reasoning_end: boolean;
  }[];
  readonly cases: readonly FixtureCase[];
}

/** Recorded results of vLLM's parser and what to give instead where it contradicts itself; `url`: relative to the importing module. */
export function loadFixture(url: string, base: string): ParserFixture {
  return JSON.parse(readFileSync(new URL(url, base), 'utf8')) as ParserFixture;
}

export function expectedResult({ expected, vllm }: FixtureCase): FixtureResult {
  return expected === undefined || expected === 'full' ? vllm.full : expected;
}
