import type { StructuredOutputs } from '../sampling-params.js';
import type { Rule } from './rule.js';
import { unsendable } from './unsendable.js';

/** Levels of objects and arrays that vLLM's front ends let through (engine protocol §5.7). */
const MAX_SCHEMA_NESTING = 64;
const MAX_TAG_NESTING = 80;

const BACKENDS: readonly (string | undefined)[] = ['xgrammar', 'guidance', 'outlines', 'lm-format-enforcer'];

export interface BackendFacts {
  /** Of the first structured request that the engine got: it keeps to that one. */
  readonly structuredOutputsBackend?: string | undefined;
}

/**
 * What vLLM's engine cores leave to the front end about a constraint (engine protocol §5.7): they die of some, and answer others with an error.
 * That there is exactly one is a rule of sampling parameters.
 */
export const CONSTRAINT_RULES: readonly Rule<StructuredOutputs, BackendFacts>[] = [
  { field: 'json', broken: ({ json }) => blank(json) ?? unsendable(json) ?? nestedTooDeeply(json, MAX_SCHEMA_NESTING) },
  { field: 'regex', broken: ({ regex }) => (regex?.includes('\0') ? 'must not have a NUL character' : undefined) },
  { field: 'choice', broken: ({ choice }) => (choice?.length === 0 ? 'must not be empty' : undefined) },
  {
    field: 'choice',
    ours: true,
    broken: ({ choice, backend }) =>
      choice && backend === 'xgrammar' ? 'is sent to xgrammar as a grammar' : undefined,
  },
  { field: 'grammar', broken: ({ grammar }) => blank(grammar) },
  { field: 'json_object', broken: ({ jsonObject }) => (jsonObject === false ? 'must be true' : undefined) },
  {
    field: 'structural_tag',
    broken: ({ structuralTag: tag }) => blank(tag) ?? nestedTooDeeply(tag, MAX_TAG_NESTING),
  },
  {
    field: '_backend',
    ours: true,
    broken: ({ backend }) => (BACKENDS.includes(backend) ? undefined : `is no backend: ${String(backend)}`),
  },
  {
    field: '_backend',
    since: '0.33.0',
    broken: ({ backend }, { structuredOutputsBackend: used }) =>
      used === undefined || backend === used ? undefined : `must be ${used}, which the engine has used before`,
  },
];

function blank(text: unknown): string | undefined {
  return typeof text === 'string' && text.trim() === '' ? 'must not be blank' : undefined;
}

function nestedTooDeeply(json: unknown, most: number): string | undefined {
  const deeper = typeof json === 'string' ? textIsDeeper(json, most) : isDeeper(json, most);
  return deeper ? `is nested more than ${most} levels deep` : undefined;
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
}

/** Counts brackets outside of strings: the text need not be parsed for that, nor be JSON at all. */
function textIsDeeper(text: string, most: number): boolean {
  let depth = 0;
  let insideString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') insideString = !insideString;
    else if (insideString && character === '\\') index++;
    else if (insideString) continue;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > most) return true;
  }
  return false;
}
