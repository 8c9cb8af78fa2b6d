import { EMPTY, isNothing, literal, NOTHING, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import { MAX_REPEATS } from '../grammar/grammar.js';
import { countOf, invalidSchema, mustBeSchema, schemaList, unenforceable } from './json-schema.js';
import type { Schema, SchemaObject } from './json-schema.js';
import type { SchemaContext } from './schema-grammar.js';

/** JSON texts of the arrays that fit a schema. */
export function arrayOf(schema: SchemaObject, context: SchemaContext): Expression {
  const { inside, comma } = context.spacing;
  const { prefix, rest } = itemsOf(schema);
  const least = countOf(schema, 'minItems') ?? 0;
  const most = countOf(schema, 'maxItems') ?? Infinity;
  if (least > MAX_REPEATS || (most > MAX_REPEATS && most !== Infinity)) {
    throw unenforceable(`arrays of more than ${MAX_REPEATS} counted items`);
  }
  if (schema.uniqueItems === true && most > 1) throw unenforceable('"uniqueItems"');
  if (most < least) return NOTHING;
  const tail = (index: number): Expression => {
    if (index >= most) return EMPTY;
    const separator = index === 0 ? EMPTY : comma;
    if (index < prefix.length) {
      const some = sequence(separator, context.valueOf(prefix[index]), tail(index + 1));
      return index < least ? some : optional(some);
    }
    const item = context.valueOf(rest);
    const [fewest, room] = [Math.max(0, least - index), most - index];
    const upTo = (count: number): number | undefined => (count === Infinity ? undefined : count);
    if (index > 0) return repeat(sequence(comma, item), fewest, upTo(room));
    if (isNothing(item)) return fewest === 0 ? EMPTY : NOTHING;
    const some = sequence(item, repeat(sequence(comma, item), Math.max(0, fewest - 1), upTo(room - 1)));
    return fewest === 0 ? optional(some) : some;
  };
  const items = tail(0);
  return isNothing(items) ? NOTHING : sequence(literal('['), inside, items, inside, literal(']'));
}

/** Items by position, and all others. Before draft 2020-12 a list of schemas in `items` was the prefix. */
function itemsOf(schema: SchemaObject): { readonly prefix: readonly Schema[]; readonly rest: Schema } {
  const { items = true, additionalItems = true } = schema;
  if (!Array.isArray(items)) {
    return { prefix: schemaList(schema, 'prefixItems'), rest: mustBeSchema(items, '"items"') };
  }
  if (schema.prefixItems !== undefined) throw invalidSchema('"items" must be a schema beside "prefixItems"');
  return { prefix: schemaList(schema, 'items'), rest: mustBeSchema(additionalItems, '"additionalItems"') };
}
