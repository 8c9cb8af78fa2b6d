import { InvalidRequestError } from '@app/errors';
import type { StructuredOutputs } from '@app/engine-protocol';
import { pythonRepr } from '@app/python-text';

const MAX_NESTING = 64;
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
 * The constraint as an engine wants it: of one kind (`checkConstraintKind`), with a backend, choices as a grammar (vLLM's engine core fails on a bare list with xgrammar).
 * Throws `InvalidRequestError` in vLLM's words (chat-inputs-and-parsers.md §6.3) for what its decoder or compiler would trip over.
 */
export function toEngineConstraint(constraint: StructuredOutputs, defaultBackend: string): StructuredOutputs {
  const { json, regex, choice, grammar, jsonObject, structuralTag } = constraint;
  checkTexts({ grammar, json, structural_tag: structuralTag });
  if (jsonObject === false) {
    throw new InvalidRequestError(
      'structured_outputs.json_object must be True if set; omit structured_outputs to disable structured outputs',
    );
  }
  if (regex?.includes('\0')) {
    throw new InvalidRequestError("structured_outputs.regex must not contain a NUL character ('\\x00')");
  }
  if (json !== undefined) {
    checkSchema(json);
  }
  const backend = constraint.backend ?? defaultBackend;
  const backendWasAuto = constraint.backend === undefined || constraint.backendWasAuto;
  if (choice) {
    return { ...constraint, choice: undefined, grammar: toGrammar(choice), backend, backendWasAuto };
  }
  return { ...constraint, backend, backendWasAuto };
}

function checkTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) {
    if (typeof text === 'string' && text.trim() === '') {
      throw new InvalidRequestError(`structured_outputs.${name} cannot be an empty string`);
    }
  }
}

function checkSchema(json: string | Readonly<Record<string, unknown>>): void {
  let level: unknown[] = [typeof json === 'string' ? parseSchema(json) : json];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= MAX_NESTING) {
      throw new InvalidRequestError(
        `The JSON schema is nested too deeply: objects and arrays may nest at most ${MAX_NESTING} levels`,
      );
    }
    level = level.flatMap((value): unknown[] =>
      typeof value === 'object' && value !== null ? Object.values(value).filter(isDeeper) : [],
    );
  }
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

function parseSchema(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InvalidRequestError('Invalid JSON grammar specification.', { cause: error });
  }
}

/** One alternative per choice, in GBNF. */
function toGrammar(choice: readonly string[]): string {
  if (choice.length === 0) {
    throw new InvalidRequestError("Choice '[]' cannot be an empty list");
  }
  const quoted = choice.map(
    (text) => `"${text.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r')}"`,
  );
  return `root ::= ${quoted.join(' | ')}`;
}
