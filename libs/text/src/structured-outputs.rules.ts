import { InvalidRequestError } from '@app/errors';
import type { StructuredOutputs } from '@app/engine-protocol';
import { pythonRepr } from '@app/python-text';
import { toChoiceGrammar } from './grammar-text.js';
import { needsOtherBackend, needsOutlines } from './xgrammar-features.js';

/** Levels of objects and arrays that vLLM's front ends let through (engine protocol §5.7). */
export const MAX_SCHEMA_NESTING = 64;
export const MAX_TAG_NESTING = 80;
/** `configured` for our own engine: it follows all constraints in one way, which it goes by the default name for. */
export const EMBEDDED_BACKEND = 'embedded';
/** Characters of a constraint that an error shows. */
const MAX_SHOWN = 1000;

/** Throws `InvalidRequestError` for a constraint that is not of exactly one kind (chat-inputs-and-parsers.md §6.3). */
export function checkConstraintKind(constraint: StructuredOutputs | undefined): void {
  if (!constraint) return;
  const { json, regex, choice, grammar, jsonObject, structuralTag } = constraint;
  const kinds = [json, regex, choice, grammar, jsonObject, structuralTag].filter((kind) => kind !== undefined);
  if (kinds.length === 0) {
    throw new InvalidRequestError(
      `You must use one kind of structured outputs constraint but none are specified: ${shown(constraint)}`,
    );
  }
  if (kinds.length > 1) {
    throw new InvalidRequestError(
      `You can only use one kind of structured outputs constraint but multiple are specified: ${shown(constraint)}`,
    );
  }
}

/** Under vLLM's names and in their order; an answer must not grow with the request. */
function shown(constraint: StructuredOutputs): string {
  const { json, regex, choice, grammar, jsonObject, structuralTag } = constraint;
  const text = pythonRepr({
    json,
    regex,
    choice,
    grammar,
    json_object: jsonObject,
    disable_any_whitespace: constraint.disableAnyWhitespace,
    disable_additional_properties: constraint.disableAdditionalProperties,
    whitespace_pattern: constraint.whitespacePattern,
    structural_tag: structuralTag,
    _backend: constraint.backend,
    _backend_was_auto: constraint.backendWasAuto,
  });
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...[truncated]` : text;
}

/**
 * The constraint as an engine wants it: of one kind (`checkConstraintKind`), with a backend, choices as a grammar where XGrammar compiles them (vLLM's
 * engine core fails on a bare list then). `configured`: the server's backend; `auto`: the one that can hold the model to the constraint.
 * Throws `InvalidRequestError` in vLLM's words (chat-inputs-and-parsers.md §6.3) for what its decoder or compiler would trip over.
 */
export function toEngineConstraint(constraint: StructuredOutputs, configured: string): StructuredOutputs {
  const { json, regex, choice, grammar, jsonObject, structuralTag } = constraint;
  checkTexts({ grammar, json, structural_tag: structuralTag });
  if (choice?.length === 0) throw new InvalidRequestError("Choice '[]' cannot be an empty list");
  if (jsonObject === false) {
    throw new InvalidRequestError(
      'structured_outputs.json_object must be True if set; omit structured_outputs to disable structured outputs',
    );
  }
  if (regex?.includes('\0')) {
    throw new InvalidRequestError("structured_outputs.regex must not contain a NUL character ('\\x00')");
  }
  const schema = typeof json === 'string' ? parse(json, 'Invalid JSON grammar specification.') : json;
  checkNesting(schema, MAX_SCHEMA_NESTING);
  if (structuralTag !== undefined) {
    checkNesting(parse(structuralTag, 'Invalid structural tag specification.'), MAX_TAG_NESTING);
  }
  const backend = constraint.backend ?? chosenBackend(configured, schema);
  const isOpen = configured === 'auto' || configured === EMBEDDED_BACKEND;
  const backendWasAuto = constraint.backend === undefined ? isOpen : constraint.backendWasAuto;
  if (!backendWasAuto) checkBackend({ ...constraint, json: schema }, backend);
  const compiled = { ...constraint, backend, backendWasAuto };
  return choice && backend === 'xgrammar'
    ? { ...compiled, choice: undefined, grammar: toChoiceGrammar(choice) }
    : compiled;
}

function chosenBackend(configured: string, schema: unknown): string {
  if (configured === EMBEDDED_BACKEND) return 'xgrammar';
  return configured === 'auto' ? fittingBackend(schema) : configured;
}

/** XGrammar unless it would pass over a part of the schema; then guidance, which knows all but one keyword. */
function fittingBackend(schema: unknown): string {
  if (!isRecord(schema) || !needsOtherBackend(schema)) return 'xgrammar';
  return needsOutlines(schema) ? 'outlines' : 'guidance';
}

/** What a backend that was not chosen for the constraint cannot hold a model to. */
function checkBackend(
  { json, grammar, jsonObject, structuralTag }: Omit<StructuredOutputs, 'json'> & { readonly json: unknown },
  backend: string,
): void {
  if (backend === 'xgrammar' && isRecord(json) && needsOtherBackend(json)) {
    throw new InvalidRequestError('The provided JSON schema contains features not supported by xgrammar.');
  }
  if (backend === 'outlines') {
    refuseKinds('Outlines', { grammar, json_object: jsonObject, structural_tag: structuralTag });
  }
  if (backend === 'lm-format-enforcer') {
    refuseKinds('LM Format Enforcer', { grammar, structural_tag: structuralTag });
  }
}

function refuseKinds(backend: string, kinds: Readonly<Record<string, unknown>>): void {
  const [refused] = Object.entries(kinds).find(([, value]) => value !== undefined) ?? [];
  if (refused === undefined) return;
  throw new InvalidRequestError(`${backend} structured outputs backend does not support ${refused} specifications`);
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text === 'string' && text.trim() === '') {
      throw new InvalidRequestError(`structured_outputs.${name} cannot be an empty string`);
    }
  }
}

function checkNesting(value: unknown, most: number): void {
  if (!nestsWithin(value, most)) {
    throw new InvalidRequestError(
      `The JSON schema is nested too deeply: objects and arrays may nest at most ${MAX_SCHEMA_NESTING} levels`,
    );
  }
}

/** Whether objects and arrays nest at most so many levels. Throws `InvalidRequestError` for an integer that the wire cannot carry. */
export function nestsWithin(value: unknown, most: number): boolean {
  let level: unknown[] = [value].filter(isDeeper);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= most) return false;
    level = level.flatMap((inner): unknown[] => Object.values(inner as object).filter(isDeeper));
  }
  return true;
}

/** Throws `InvalidRequestError` for an integer that the wire cannot carry; a float may be as large. */
function isDeeper(value: unknown): boolean {
  if (typeof value === 'bigint' && BigInt.asUintN(64, value) !== value && BigInt.asIntN(64, value) !== value) {
    throw new InvalidRequestError('Integers of the JSON schema must be between -2**63 and 2**64 - 1.', {
      param: 'structured_outputs.json',
    });
  }
  return typeof value === 'object' && value !== null;
}

function parse(json: string, fault: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InvalidRequestError(fault, { cause: error });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
