import type { JsonStyle } from '../constraint.js';
import { choice, isNothing, literal, NOTHING, rule } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import type { GrammarBuilder } from '../grammar/grammar.js';
import { arrayOf } from './array-grammar.js';
import { expandSchema, hasApplicators } from './expand-schema.js';
import { fitsScalarKeywords } from './fits-scalar-keywords.js';
import { ANY_INTEGER, ANY_NUMBER, ANY_STRING, stringBut, toSpacing } from './json-text.js';
import type { Spacing } from './json-text.js';
import { invalidSchema, JSON_TYPES, mustBeSchema, typeOfValue, typesOf, unenforceable } from './json-schema.js';
import type { JsonType, Schema, SchemaObject } from './json-schema.js';
import { LocalReferences } from './references.js';
import { ANNOTATIONS } from './merge-schemas.js';
import { objectOf } from './object-grammar.js';
import { numberOfSchema } from './number-grammar.js';
import { stringOfSchema } from './string-grammar.js';

/** What the parts of a schema's grammar need of each other. */
export interface SchemaContext {
  readonly builder: GrammarBuilder;
  readonly spacing: Spacing;
  readonly style: JsonStyle;
  /** JSON texts of the values that fit a schema; a rule or something as short. */
  valueOf(schema: Schema): Expression;
  /** JSON texts of the strings that fit a schema. */
  stringFor(schema: Schema): Expression;
  /** A string that is none of these. */
  stringBut(names: readonly string[]): Expression;
}

/** Keywords whose meaning a context-free grammar cannot hold an output to, or this one does not. */
const UNENFORCEABLE: readonly string[] = [
  ...['not', 'if', 'then', 'else', '$dynamicRef', '$recursiveRef', 'unevaluatedItems'],
  ...['contains', 'minContains', 'maxContains'],
];

const KEYWORDS: Readonly<Record<JsonType, readonly string[]>> = {
  null: [],
  boolean: [],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  array: ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems'],
  object: [
    ...['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'],
    ...['minProperties', 'maxProperties', 'unevaluatedProperties'],
  ],
};

/** JSON texts of the values that fit a schema. Throws `InvalidRequestError` for a schema that is none, and for what cannot be enforced, by its keyword. */
export function schemaExpression(schema: unknown, builder: GrammarBuilder, style: JsonStyle): Expression {
  return new SchemaGrammar(schema, builder, style).valueOf(mustBeSchema(schema, 'the schema'));
}

class SchemaGrammar implements SchemaContext {
  readonly spacing: Spacing;
  private readonly references: LocalReferences;
  private readonly known = new Map<unknown, Expression>();

  constructor(
    root: unknown,
    readonly builder: GrammarBuilder,
    readonly style: JsonStyle,
  ) {
    this.references = new LocalReferences(root);
    this.spacing = toSpacing(style, builder);
  }

  valueOf(schema: Schema): Expression {
    if (schema === false) return NOTHING;
    const key =
      schema === true
        ? 'any'
        : schema.$ref !== undefined && isAlone(schema, '$ref')
          ? this.references.find(schema.$ref)
          : schema;
    return this.once(key, 'value', () => {
      if (key === 'any' || key === true) return this.anyValue();
      return key === false ? NOTHING : this.build(key);
    });
  }

  stringFor(schema: Schema): Expression {
    const strings = expandSchema(schema, this.references).map((part) => this.ofType('string', part));
    return choice(strings);
  }

  stringBut(names: readonly string[]): Expression {
    return names.length === 0 ? this.anyString() : this.builder.add('name', stringBut(names));
  }

  /** A rule for something that may be part of itself. */
  private once(key: unknown, hint: string, build: () => Expression): Expression {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = this.builder.reserve(hint);
    this.known.set(key, rule(name));
    const expression = build();
    this.builder.define(name, expression);
    // What has no parts needs no rule. That it does not fit anything must be seen from outside.
    const isShort = expression.type === 'rule' || expression.type === 'literal' || isNothing(expression);
    if (isShort) this.known.set(key, expression);
    return isShort ? expression : rule(name);
  }

  private build(schema: SchemaObject): Expression {
    if (isAlone(schema, 'anyOf') && Array.isArray(schema.anyOf) && schema.anyOf.length > 0) {
      return choice(schema.anyOf.map((branch: unknown) => this.valueOf(mustBeSchema(branch, '"anyOf"'))));
    }
    if (hasApplicators(schema) || schema.const !== undefined) {
      return choice(expandSchema(schema, this.references).map((plain) => this.plainValue(plain)));
    }
    return this.plainValue(schema);
  }

  private plainValue(schema: SchemaObject): Expression {
    const refused = UNENFORCEABLE.find((keyword) => schema[keyword] !== undefined);
    if (refused !== undefined) throw unenforceable(`"${refused}"`);
    if (schema.enum !== undefined) return this.oneOfValues(schema);
    const types = typesOf(schema) ?? impliedTypes(schema);
    return choice(
      types
        .filter((type) => !(type === 'integer' && types.includes('number')))
        .map((type) => this.ofType(type, schema)),
    );
  }

  private ofType(type: JsonType, schema: SchemaObject): Expression {
    const types = typesOf(schema);
    if (types !== undefined && !types.includes(type)) return NOTHING;
    if (schema.enum !== undefined) return this.oneOfValues({ ...schema, type });
    switch (type) {
      case 'null':
        return literal('null');
      case 'boolean':
        return choice([literal('true'), literal('false')]);
      case 'integer':
      case 'number':
        return numberOfSchema(schema, type) ?? this.anyNumber(type);
      case 'string':
        return stringOfSchema(schema) ?? this.anyString();
      case 'array':
        return arrayOf(schema, this);
      case 'object':
        return objectOf(schema, this);
    }
  }

  private oneOfValues(schema: SchemaObject): Expression {
    const values: unknown = schema.enum;
    if (!Array.isArray(values) || values.length === 0)
      throw invalidSchema('"enum" must be a list with something in it');
    const types = typesOf(schema);
    const fitting = values.filter((value: unknown) => {
      const type = typeOfValue(value);
      if (
        types !== undefined &&
        !types.some((allowed) => allowed === type || (allowed === 'number' && type === 'integer'))
      )
        return false;
      if (type === 'object' || type === 'array') {
        const beside = KEYWORDS[type].find((keyword) => schema[keyword] !== undefined);
        if (beside !== undefined) throw unenforceable(`"${beside}" beside "enum"`);
        return true;
      }
      return fitsScalarKeywords(value, schema);
    });
    return choice([...new Set(fitting.map((value: unknown) => JSON.stringify(value)))].map(literal));
  }

  private anyString(): Expression {
    return this.once('string', 'string', () => ANY_STRING);
  }

  private anyNumber(type: 'integer' | 'number'): Expression {
    return this.once(type, type, () => (type === 'integer' ? ANY_INTEGER : ANY_NUMBER));
  }

  private anyValue(): Expression {
    return choice([
      this.once('any object', 'object', () => objectOf({ additionalProperties: true }, this)),
      this.once('any array', 'array', () => arrayOf({}, this)),
      this.anyString(),
      this.anyNumber('number'),
      ...['true', 'false', 'null'].map(literal),
    ]);
  }
}

/** Whether a schema says nothing else. */
function isAlone(schema: SchemaObject, keyword: string): boolean {
  return (
    schema[keyword] !== undefined && Object.keys(schema).every((name) => name === keyword || ANNOTATIONS.has(name))
  );
}

/** A schema without types is about those whose keywords it has, as most writers mean it. */
function impliedTypes(schema: SchemaObject): readonly JsonType[] {
  const implied = JSON_TYPES.filter(
    (type) => type !== 'integer' && KEYWORDS[type].some((keyword) => schema[keyword] !== undefined),
  );
  return implied.length > 0 ? implied : JSON_TYPES;
}
