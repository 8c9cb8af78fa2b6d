import { numberOf, textOf, unenforceable } from './json-schema.js';
import type { SchemaObject } from './json-schema.js';

/** Whether a value that is no object and no array fits the keywords beside its `enum`. Throws `InvalidRequestError` for patterns: texts are not matched here. */
export function fitsScalarKeywords(value: unknown, schema: SchemaObject): boolean {
  if (typeof value === 'string') return fitsLength(value, schema);
  return typeof value !== 'number' || fitsRange(value, schema);
}

function fitsLength(text: string, schema: SchemaObject): boolean {
  const keyword = textOf(schema, 'pattern') === undefined ? 'format' : 'pattern';
  if (schema[keyword] !== undefined) throw unenforceable(`"${keyword}" beside "enum"`);
  const length = [...text].length;
  return length >= (numberOf(schema, 'minLength') ?? 0) && length <= (numberOf(schema, 'maxLength') ?? Infinity);
}

function fitsRange(value: number, schema: SchemaObject): boolean {
  return (
    value >= (numberOf(schema, 'minimum') ?? -Infinity) &&
    value <= (numberOf(schema, 'maximum') ?? Infinity) &&
    value > (numberOf(schema, 'exclusiveMinimum') ?? -Infinity) &&
    value < (numberOf(schema, 'exclusiveMaximum') ?? Infinity) &&
    (value === 0 || Number.isInteger(value / (numberOf(schema, 'multipleOf') ?? value)))
  );
}
