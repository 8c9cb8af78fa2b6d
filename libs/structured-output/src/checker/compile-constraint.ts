import { InvalidRequestError } from '@app/errors';
import type { Constraint, JsonStyle } from '../constraint.js';
import type { CharacterRange } from '../grammar/expression.js';
import { forEachPart } from '../grammar/grammar.js';
import type { Grammar } from '../grammar/grammar.js';
import { toEbnf } from '../grammar/to-ebnf.js';
import { BrokenPatternError, parseRegex } from '../regex/parse-regex.js';
import { toGrammar } from '../to-grammar.js';
import { checkGrammarText, checkSchemaTypes } from './syntax.rules.js';

/** A constraint as the grammar engine takes it. */
export interface GrammarText {
  readonly ebnf: string;
  /** It may take more than some milliseconds to compile or to follow. */
  readonly isHeavy: boolean;
}

/**
 * Whose engine will follow a constraint. `embedded`: whatever it cannot be held to is refused. `vllm`: only what no backend of vLLM takes either; the engine says
 * the rest itself.
 */
export type Enforcer = 'embedded' | 'vllm';

export interface ConstraintJob {
  readonly constraint: Constraint;
  readonly style: JsonStyle;
  readonly enforcer: Enforcer;
}

/** What a worker answers: errors do not keep their class on the way between threads. */
export type ConstraintOutcome = { readonly grammar: GrammarText | undefined } | { readonly fault: string };

export function toConstraintOutcome({ constraint, style, enforcer }: ConstraintJob): ConstraintOutcome {
  try {
    if (enforcer === 'embedded') return { grammar: compileConstraint(constraint, style) };
    checkSyntax(constraint);
    return { grammar: undefined };
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return { fault: error.message };
  }
}

/** Throws `InvalidRequestError`. */
function compileConstraint(constraint: Constraint, style: JsonStyle): GrammarText {
  const grammar = toGrammar(constraint, style);
  const ebnf = toEbnf(grammar);
  // Grammars that others write can be ambiguous, which is cheap to say and dear to follow.
  const isForeign = constraint.type === 'grammar';
  return { ebnf, isHeavy: isForeign || ebnf.length > HEAVY_LENGTH || countedCharacters(grammar) > HEAVY_COUNT };
}

const HEAVY_LENGTH = 32_768;
const HEAVY_COUNT = 32;

/** Throws `InvalidRequestError` for what no engine can read. */
function checkSyntax(constraint: Constraint): void {
  if (constraint.type === 'json-schema') checkSchemaTypes(constraint.schema);
  if (constraint.type === 'grammar') checkGrammarText(constraint.text);
  if (constraint.type === 'structural-tag') {
    try {
      JSON.parse(constraint.text);
    } catch (error) {
      throw new InvalidRequestError('Invalid structural tag specification.', { cause: error });
    }
  }
  if (constraint.type === 'regex') {
    try {
      parseRegex(constraint.pattern);
    } catch (error) {
      if (error instanceof BrokenPatternError) throw error;
    }
  }
}

/** States in which nearly every token has to be tried: counted characters that are nearly any. */
function countedCharacters(grammar: Grammar): number {
  let count = 0;
  for (const expression of grammar.values()) {
    forEachPart(expression, (part, copies) => {
      if (part.type === 'characters' && copies > 1 && sizeOf(part.ranges) > FEW_CHARACTERS) count += copies;
    });
  }
  return count;
}

const FEW_CHARACTERS = 32;

function sizeOf(ranges: readonly CharacterRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
