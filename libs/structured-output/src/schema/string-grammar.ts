import type { Expression } from '../grammar/expression.js';
import { MAX_REPEATS } from '../grammar/grammar.js';
import { parseRegex } from '../regex/parse-regex.js';
import { formatExpression } from './formats.js';
import { countOf, textOf, unenforceable } from './json-schema.js';
import type { SchemaObject } from './json-schema.js';
import { stringOf, stringOfLength } from './json-text.js';
import { repeat } from '../grammar/expression.js';

/** JSON texts of the strings that fit a schema; undefined when it says nothing about them. A pattern is matched as a whole, as vLLM's backend does. */
export function stringOfSchema(schema: SchemaObject): Expression | undefined {
  const pattern = textOf(schema, 'pattern');
  const format = textOf(schema, 'format');
  const least = countOf(schema, 'minLength') ?? 0;
  const most = countOf(schema, 'maxLength');
  const content = pattern === undefined ? formatOf(format) : parseRegex(pattern);
  if (pattern !== undefined && format !== undefined) throw unenforceable('"pattern" with "format"');
  if (content === undefined) {
    if (Math.max(least, most ?? 0) > MAX_REPEATS) throw unenforceable(`string lengths above ${MAX_REPEATS}`);
    return least === 0 && most === undefined ? undefined : stringOfLength(least, most);
  }
  const counted = withLength(content, least, most);
  if (counted === undefined) {
    throw unenforceable(`"${pattern === undefined ? 'format' : 'pattern'}" with "minLength" or "maxLength"`);
  }
  return stringOf(counted);
}

function formatOf(format: string | undefined): Expression | undefined {
  if (format === undefined) return undefined;
  const content = formatExpression(format);
  if (content === undefined) throw unenforceable(`"format": ${JSON.stringify(format).slice(0, 100)}`);
  return content;
}

/** The same texts, as far as they have so many characters; undefined where that takes more than counting one repeated character. */
function withLength(content: Expression, least: number, most: number | undefined): Expression | undefined {
  const length = lengthsOf(content);
  if (length.least >= least && (most === undefined || length.most <= most)) return content;
  if (content.type !== 'repeat' || content.part.type !== 'characters') return undefined;
  const upper = Math.min(most ?? Infinity, content.most ?? Infinity);
  return repeat(content.part, Math.max(least, content.least), upper === Infinity ? undefined : upper);
}

function lengthsOf(expression: Expression): { readonly least: number; readonly most: number } {
  switch (expression.type) {
    case 'literal': {
      const { length } = [...expression.text];
      return { least: length, most: length };
    }
    case 'characters':
      return { least: 1, most: 1 };
    case 'sequence': {
      const parts = expression.parts.map(lengthsOf);
      return { least: sum(parts.map(({ least }) => least)), most: sum(parts.map(({ most }) => most)) };
    }
    case 'choice': {
      const options = expression.options.map(lengthsOf);
      return {
        least: Math.min(...options.map(({ least }) => least)),
        most: Math.max(...options.map(({ most }) => most)),
      };
    }
    case 'repeat': {
      const { least, most } = lengthsOf(expression.part);
      return { least: least * expression.least, most: most === 0 ? 0 : most * (expression.most ?? Infinity) };
    }
    default:
      return { least: 0, most: Infinity };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
