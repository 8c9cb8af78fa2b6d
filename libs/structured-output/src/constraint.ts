import { InvalidRequestError } from '@app/errors';

/** What an output is held to. */
export type Constraint =
  | { readonly type: 'json-schema'; readonly schema: unknown }
  /** Any JSON object. */
  | { readonly type: 'json-object' }
  | { readonly type: 'regex'; readonly pattern: string }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  /** EBNF. */
  | { readonly type: 'grammar'; readonly text: string }
  /** XGrammar's structural tag language, as JSON: `format`, or the older `structures` and `triggers`. */
  | { readonly type: 'structural-tag'; readonly text: string };

/** The fields of `StructuredOutputs` (engine protocol §5.7) that hold a constraint. */
export interface ConstraintFields {
  readonly json?: unknown;
  readonly regex?: string | undefined;
  readonly choice?: readonly string[] | undefined;
  readonly grammar?: string | undefined;
  readonly jsonObject?: boolean | undefined;
  readonly structuralTag?: string | undefined;
}

/** How JSON is written. */
export interface JsonStyle {
  /** White space between tokens is the model's choice; false: one space after `:` and `,`, none elsewhere. */
  readonly anyWhitespace: boolean;
  /** Objects whose schema declares no properties have none. */
  readonly closedObjects: boolean;
}

export const DEFAULT_JSON_STYLE: JsonStyle = { anyWhitespace: true, closedObjects: false };

/** The first constraint of these fields. Throws `InvalidRequestError` when there is none, or a schema in text is no JSON. */
export function toConstraint(fields: ConstraintFields): Constraint {
  const { json, regex, choice, grammar, jsonObject, structuralTag } = fields;
  if (json !== undefined)
    return { type: 'json-schema', schema: parseSchema(typeof json === 'string' ? json : jsonText(json)) };
  if (regex !== undefined) return { type: 'regex', pattern: regex };
  if (choice !== undefined) return { type: 'choice', choices: choice };
  if (grammar !== undefined) return { type: 'grammar', text: grammar };
  if (structuralTag !== undefined) return { type: 'structural-tag', text: structuralTag };
  if (jsonObject === true) return { type: 'json-object' };
  throw new InvalidRequestError('No valid structured output parameter found');
}

/** Integers beyond 2^53, which the wire can carry, become what JSON makes of them in JavaScript. */
function jsonText(json: unknown): string {
  return JSON.stringify(json, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
}

function parseSchema(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new InvalidRequestError('Invalid JSON grammar specification.', { cause: error });
  }
}
