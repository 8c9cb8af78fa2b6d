import { choice, EMPTY, isNothing, literal, NOTHING, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import { parseRegex } from '../regex/parse-regex.js';
import { countOf, mustBeSchema, namesOf, schemasByName, unenforceable } from './json-schema.js';
import type { Schema, SchemaObject } from './json-schema.js';
import { stringOf } from './json-text.js';
import type { SchemaContext } from './schema-grammar.js';

/** Counted members: states are members times count. */
const MOST_COUNTED = 64;
/** Members that stand in one expression. */
const MOST_INLINE = 64;

interface Member {
  readonly text: Expression;
  readonly isRequired: boolean;
}

/** JSON texts of the objects that fit a schema: declared members in the order of the schema, then others where it allows them. */
export function objectOf(schema: SchemaObject, context: SchemaContext): Expression {
  const required = new Set(namesOf(schema, 'required'));
  const declared = new Map(schemasByName(schema, 'properties'));
  const others = othersOf(schema, declared, context);
  for (const name of required) {
    if (!declared.has(name)) declared.set(name, requiredOther(schema, name));
  }
  const { inside, colon } = context.spacing;
  const members: Member[] = [];
  for (const [name, value] of declared) {
    const text = sequence(literal(JSON.stringify(name)), colon, context.valueOf(value));
    if (!isNothing(text)) members.push({ text, isRequired: required.has(name) });
    else if (required.has(name)) return NOTHING;
  }
  const least = countOf(schema, 'minProperties') ?? 0;
  const most = countOf(schema, 'maxProperties') ?? Infinity;
  const text = new MemberList(members, others([...declared.keys()]), { least, most }, context).expression();
  return isNothing(text) ? NOTHING : sequence(literal('{'), inside, text, inside, literal('}'));
}

/** A member that is not declared, given the names it may not have. */
type Others = (names: readonly string[]) => Expression;

function othersOf(schema: SchemaObject, declared: ReadonlyMap<string, Schema>, context: SchemaContext): Others {
  const { patternProperties, propertyNames, additionalProperties } = schema;
  const { colon } = context.spacing;
  if (patternProperties !== undefined) {
    const patterns = schemasByName(schema, 'patternProperties');
    if (declared.size > 0 || patterns.length > 1 || propertyNames !== undefined) {
      throw unenforceable('"patternProperties" beside "properties", "propertyNames" or another pattern');
    }
    if (additionalProperties !== undefined && additionalProperties !== false) {
      throw unenforceable('"patternProperties" with "additionalProperties"');
    }
    const parts = patterns.map(([pattern, value]) =>
      sequence(stringOf(parseRegex(pattern)), colon, context.valueOf(value)),
    );
    return () => choice(parts);
  }
  if (propertyNames !== undefined && declared.size > 0) throw unenforceable('"propertyNames" beside "properties"');
  const value = mustBeSchema(additionalProperties ?? isOpen(schema, declared, context), '"additionalProperties"');
  if (propertyNames !== undefined) {
    const name = context.stringFor(mustBeSchema(propertyNames, '"propertyNames"'));
    return (names) => {
      if (names.length > 0) throw unenforceable('"propertyNames" with "required"');
      return sequence(name, colon, context.valueOf(value));
    };
  }
  return (names) => (value === false ? NOTHING : sequence(context.stringBut(names), colon, context.valueOf(value)));
}

/** Whether an object may have members of which its schema says nothing: as in vLLM, only if it declares none. */
function isOpen(schema: SchemaObject, declared: ReadonlyMap<string, Schema>, { style }: SchemaContext): boolean {
  return (
    schema.properties === undefined &&
    declared.size === 0 &&
    schema.unevaluatedProperties !== false &&
    !style.closedObjects
  );
}

/** The schema of a member that is required but not declared. */
function requiredOther({ additionalProperties = true, patternProperties }: SchemaObject, name: string): Schema {
  if (patternProperties !== undefined)
    throw unenforceable(`"required" with "patternProperties": ${name.slice(0, 100)}`);
  return mustBeSchema(additionalProperties, '"additionalProperties"');
}

/** The inside of an object, as states of (member, how many were written). */
class MemberList {
  private readonly known = new Map<string, Expression>();
  /** Counts above this one make no difference. */
  private readonly ceiling: number;

  constructor(
    private readonly members: readonly Member[],
    private readonly other: Expression,
    private readonly count: { readonly least: number; readonly most: number },
    private readonly context: SchemaContext,
  ) {
    const requiredCount = members.filter(({ isRequired }) => isRequired).length;
    // One that is not declared makes one; more of them may have the same name.
    const isLeastMet = count.least <= Math.max(requiredCount, members.length === 0 ? 1 : 0);
    const isMostMet = isNothing(other) && count.most >= members.length;
    this.ceiling = isLeastMet && (isMostMet || count.most === Infinity) ? 1 : members.length + 1;
    if (this.ceiling > MOST_COUNTED)
      throw unenforceable(`"minProperties" or "maxProperties" with more than ${MOST_COUNTED - 1} properties`);
  }

  expression(): Expression {
    return this.from(0, 0);
  }

  private from(index: number, written: number): Expression {
    if (index === this.members.length) return this.end(written);
    const { text, isRequired } = this.members[index];
    const next = Math.min(written + 1, this.ceiling);
    const withMember =
      this.ceiling > 1 && written >= this.count.most ? NOTHING : sequence(this.separator(written), text);
    if (isRequired) return sequence(withMember, this.rest(index + 1, next));
    if (next === written) return sequence(optional(withMember), this.rest(index + 1, next));
    return choice([sequence(withMember, this.shared(index + 1, next)), this.from(index + 1, written)]);
  }

  /** A state that only this one leads to. Where there are many, they are a chain of rules: copies of it would grow with the square of their number. */
  private rest(index: number, written: number): Expression {
    return this.members.length > MOST_INLINE ? this.shared(index, written) : this.from(index, written);
  }

  /** The state under a name: more than one other leads to it. */
  private shared(index: number, written: number): Expression {
    const key = `${index}/${written}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const expression = this.from(index, written);
    const isShort = isNothing(expression) || (expression.type === 'sequence' && expression.parts.length === 0);
    const named = isShort ? expression : this.context.builder.add('members', expression);
    this.known.set(key, named);
    return named;
  }

  /** Members that are not declared; their names may be the same, so that they count as one at least. */
  private end(written: number): Expression {
    const missing = Math.max(0, this.count.least - written);
    if (missing > 1 && !isNothing(this.other))
      throw unenforceable('"minProperties" with properties that are not declared');
    const room = this.count.most === Infinity ? undefined : this.count.most - written;
    if (room !== undefined && room < 0) return NOTHING;
    if (isNothing(this.other)) return missing > 0 ? NOTHING : EMPTY;
    const { comma } = this.context.spacing;
    const other = this.context.builder.add('member', this.other);
    if (written > 0) return repeat(sequence(comma, other), missing, room);
    if (room === 0) return missing > 0 ? NOTHING : EMPTY;
    const some = sequence(other, repeat(sequence(comma, other), 0, room === undefined ? undefined : room - 1));
    return missing > 0 ? some : optional(some);
  }

  private separator(written: number): Expression {
    return written === 0 ? EMPTY : this.context.spacing.comma;
  }
}
