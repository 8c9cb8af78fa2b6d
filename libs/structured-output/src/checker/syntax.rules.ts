import { InvalidRequestError } from '@app/errors';
import { BrokenGrammarError, parseEbnf } from '../ebnf/parse-ebnf.js';
import { GrammarBuilder } from '../grammar/grammar.js';

const TYPES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'];
/** Keywords whose value is a schema or a list of schemas, and those whose members are schemas. */
const SCHEMAS = [
  ...['items', 'prefixItems', 'additionalItems', 'additionalProperties', 'unevaluatedProperties', 'propertyNames'],
  ...['contains', 'anyOf', 'oneOf', 'allOf', 'not', 'if', 'then', 'else'],
];
const MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** Throws `InvalidRequestError` for a type that JSON does not have, in the words of vLLM's server. */
export function checkSchemaTypes(schema: unknown): void {
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) (next as unknown[]).forEach((item) => open.push(item));
    if (!isRecord(next)) continue;
    const { type } = next;
    const unknown = (Array.isArray(type) ? (type as unknown[]) : [type]).find(
      (name) => name !== undefined && !TYPES.includes(name),
    );
    if (unknown !== undefined) {
      const shown = typeof unknown === 'string' ? unknown : JSON.stringify(unknown);
      throw new InvalidRequestError(`Grammar error: Invalid type: ${shown.slice(0, 100)}`);
    }
    for (const keyword of SCHEMAS) open.push(next[keyword]);
    for (const keyword of MAPS) if (isRecord(next[keyword])) open.push(...Object.values(next[keyword]));
  }
}

/** A rule of a Lark grammar, or a declaration: `name:`, `?name{options}.1:`, `%import`. */
const LARK_STATEMENT = /^[ \t]*(%|[?!]?[A-Za-z_]\w*[^:\n"/]*:)/m;

/** Throws `InvalidRequestError` for a text that is a grammar neither in EBNF nor in Lark's syntax. */
export function checkGrammarText(text: string): void {
  if (!text.includes('::=')) {
    if (!LARK_STATEMENT.test(text)) {
      throw new InvalidRequestError('Invalid grammar specification: it has no rule, NAME ::= EXPRESSION');
    }
    return;
  }
  try {
    parseEbnf(text, new GrammarBuilder());
  } catch (error) {
    if (error instanceof BrokenGrammarError) throw error;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
