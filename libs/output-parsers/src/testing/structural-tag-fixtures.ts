import { readFileSync, readdirSync } from 'node:fs';
import type { OfferedFunction, StrictLevel } from '../tool/tool-parser.js';

const FOLDER = new URL('../../fixtures/structural-tags/', import.meta.url);

/** A request with tools, and the structural tag that vLLM's server puts on its engine. */
export interface StructuralTagCase {
  readonly id: string;
  readonly tools: readonly string[];
  /** Names of the strict ones. */
  readonly strict?: readonly string[];
  readonly choice: 'auto' | 'required' | { readonly name: string };
  /** Of `--tool-strict-level`; default: `auto`. */
  readonly level?: StrictLevel;
  /** `parallel_tool_calls: false`. */
  readonly single?: boolean;
  readonly response_format?: Readonly<Record<string, unknown>>;
  readonly structured_outputs?: Readonly<Record<string, unknown>>;
  /** JSON text; null: no constraint; `own`: the constraint of the request alone. */
  readonly sent: string | null;
}

export interface StructuralTagFixture {
  readonly names: readonly string[];
  readonly cases: readonly StructuralTagCase[];
}

/** Recorded structural tags of a tool parser; `name`: of the file. */
export function loadStructuralTags(name: string): StructuralTagFixture {
  return readJson(`${name}.json`) as StructuralTagFixture;
}

/** Names of the recorded files. */
export function structuralTagNames(): string[] {
  const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
  return names.filter((name) => name !== 'tools').sort();
}

/** The tools of a case. */
export function toolsOf({ tools, strict = [] }: StructuralTagCase): OfferedFunction[] {
  const parameters = readJson('tools.json') as Readonly<Record<string, { readonly parameters?: unknown }>>;
  return tools.map((name) => ({ name, parameters: parameters[name].parameters, strict: strict.includes(name) }));
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8'));
}
