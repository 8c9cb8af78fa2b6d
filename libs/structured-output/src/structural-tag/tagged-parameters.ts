import { InvalidRequestError } from '@app/errors';
import type { JsonStyle } from '../constraint.js';
import { choice, EMPTY, isNothing, literal, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import type { GrammarBuilder } from '../grammar/grammar.js';
import { isRecord, namesOf, schemasByName, textOf, typesOf, unenforceable } from '../schema/json-schema.js';
import type { Schema } from '../schema/json-schema.js';
import { schemaExpression } from '../schema/schema-grammar.js';
import { parseRegex } from '../regex/parse-regex.js';

/** How one parameter is written. Texts stand as they are, everything else as JSON. */
interface ParameterStyle {
  readonly begin: (name: Expression, isText: boolean) => Expression;
  readonly end: string;
}

const STYLES: Readonly<Record<string, ParameterStyle | undefined>> = {
  qwen_xml: { begin: (name) => sequence(literal('<parameter='), name, literal('>')), end: '</parameter>' },
  minimax_xml: { begin: (name) => sequence(literal('<parameter name="'), name, literal('">')), end: '</parameter>' },
  deepseek_xml: {
    begin: (name, isText) => sequence(literal('<｜DSML｜parameter name="'), name, literal(`" string="${isText}">`)),
    end: '</｜DSML｜parameter>',
  },
  deepseek_v4_1_xml: {
    begin: (name, isText) => sequence(literal('<｜DSML｜ parameter name="'), name, literal(`" string="${isText}">`)),
    end: '</｜DSML｜ parameter>',
  },
  glm_xml: {
    begin: (name) => sequence(literal('<arg_key>'), name, literal('</arg_key>\n'), literal('<arg_value>')),
    end: '</arg_value>',
  },
};

/** The arguments of a call as tagged parameters, in the order of the schema. Throws `InvalidRequestError` for a style that is not known. */
export function taggedParameters(
  schema: Schema,
  styleName: string,
  { builder, style }: { readonly builder: GrammarBuilder; readonly style: JsonStyle },
): Expression {
  const parameters = Object.hasOwn(STYLES, styleName) ? STYLES[styleName] : undefined;
  if (parameters === undefined) {
    throw new InvalidRequestError(
      `Invalid structural tag specification. This engine has no style ${JSON.stringify(styleName).slice(0, 100)}`,
    );
  }
  const space = builder.add('space', repeat(literal('\n'), 0, 1));
  const definitions = isRecord(schema) ? { $defs: schema.$defs, definitions: schema.definitions } : {};
  const parameter = (name: Expression, value: Schema): Expression => {
    const raw = textOfParameter(value, parameters.end, builder);
    const json = (): Expression =>
      sequence(
        schemaExpression(isRecord(value) ? { ...definitions, ...value } : value, builder, style),
        literal(parameters.end),
      );
    return sequence(parameters.begin(name, raw !== undefined), raw ?? json(), space);
  };
  if (!isRecord(schema) || schema.properties === undefined) {
    const name = builder.add('name', parseRegex('[A-Za-z_][A-Za-z0-9_.-]{0,63}'));
    const any = choice([parameter(name, { type: 'string' }), parameter(name, true)]);
    return sequence(space, repeat(builder.add('parameter', any), 0));
  }
  const required = new Set(namesOf(schema, 'required'));
  const declared = schemasByName(schema, 'properties');
  const foreign = [...required].find((name) => !declared.some(([known]) => known === name));
  if (foreign !== undefined)
    throw unenforceable(`"required" names a property that is not declared: ${foreign.slice(0, 100)}`);
  const parts = declared.map(([name, value]) => {
    const written = parameter(literal(name), value);
    return required.has(name) ? written : isNothing(written) ? EMPTY : optional(written);
  });
  return sequence(space, ...parts);
}

/** A text and the end of its parameter; undefined for what is written as JSON. */
function textOfParameter(schema: Schema, end: string, builder: GrammarBuilder): Expression | undefined {
  if (!isRecord(schema)) return undefined;
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (Array.isArray(values)) {
    const texts = values.filter((value) => typeof value === 'string');
    return texts.length === values.length ? sequence(choice(texts.map(literal)), literal(end)) : undefined;
  }
  if (typesOf(schema)?.every((type) => type === 'string') !== true) return undefined;
  const counted = ['minLength', 'maxLength', 'format'].find((keyword) => schema[keyword] !== undefined);
  if (counted !== undefined) throw unenforceable(`"${counted}" of a text in tagged parameters`);
  const pattern = textOf(schema, 'pattern');
  if (pattern !== undefined) return sequence(parseRegex(pattern), literal(end));
  return builder.add('text', { type: 'dispatch', triggers: [], stops: [end], loop: false });
}
