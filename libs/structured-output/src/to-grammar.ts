import { InvalidRequestError } from '@app/errors';
import { DEFAULT_JSON_STYLE } from './constraint.js';
import type { Constraint, JsonStyle } from './constraint.js';
import { parseEbnf } from './ebnf/parse-ebnf.js';
import { choice, literal } from './grammar/expression.js';
import type { Expression } from './grammar/expression.js';
import { GrammarBuilder } from './grammar/grammar.js';
import type { Grammar } from './grammar/grammar.js';
import { parseRegex } from './regex/parse-regex.js';
import { schemaExpression } from './schema/schema-grammar.js';
import { structuralTagExpression } from './structural-tag/structural-tag-expression.js';

/**
 * The grammar of the outputs that fit a constraint. Throws `InvalidRequestError` for a constraint that is broken, cannot be satisfied, is too large, or says
 * something that the grammar could not hold an output to; it names what.
 */
export function toGrammar(constraint: Constraint, style: JsonStyle = DEFAULT_JSON_STYLE): Grammar {
  const builder = new GrammarBuilder();
  return builder.build(rootOf(constraint, builder, style));
}

function rootOf(constraint: Constraint, builder: GrammarBuilder, style: JsonStyle): Expression {
  switch (constraint.type) {
    case 'json-schema':
      return schemaExpression(constraint.schema, builder, style);
    case 'json-object':
      return schemaExpression({ type: 'object' }, builder, { ...style, closedObjects: false });
    case 'regex':
      return parseRegex(constraint.pattern);
    case 'choice':
      return choiceOf(constraint.choices);
    case 'grammar':
      return parseEbnf(constraint.text, builder);
    case 'structural-tag':
      return structuralTagExpression(constraint.text, builder, style);
  }
}

function choiceOf(choices: readonly string[]): Expression {
  if (choices.length === 0) throw new InvalidRequestError("Choice '[]' cannot be an empty list");
  return choice(choices.map(literal));
}
