import type { StructuredOutputs } from '@app/engine-protocol';
import { describe, expect, it } from 'vitest';
import { checkConstraintKind, toEngineConstraint } from './structured-outputs.rules.js';

const none: StructuredOutputs = {
  disableAnyWhitespace: false,
  disableAdditionalProperties: false,
  backendWasAuto: false,
};

function nested(depth: number): Record<string, unknown> {
  return depth === 1 ? {} : { a: nested(depth - 1) };
}

describe('checkConstraintKind', () => {
  it.each<[string, Partial<StructuredOutputs>, string | RegExp]>([
    [
      'no kind',
      {},
      "You must use one kind of structured outputs constraint but none are specified: {'json': None, 'regex': None, 'choice': None, " +
        "'grammar': None, 'json_object': None, 'disable_any_whitespace': False, 'disable_additional_properties': False, " +
        "'whitespace_pattern': None, 'structural_tag': None, '_backend': None, '_backend_was_auto': False}",
    ],
    [
      'two kinds',
      { json: { type: 'array', maxItems: 2 }, jsonObject: true },
      'You can only use one kind of structured outputs constraint but multiple are specified: ' +
        "{'json': {'type': 'array', 'maxItems': 2}, 'regex': None, 'choice': None, 'grammar': None, 'json_object': True,",
    ],
    ['a long one, cut', { regex: 'a'.repeat(5000), grammar: '' }, /aaa\.\.\.\[truncated\]$/],
  ])('refuses %s', (_, given, message) => {
    expect(() => checkConstraintKind({ ...none, ...given })).toThrow(message);
  });
});

describe('toEngineConstraint', () => {
  it.each<[string, Partial<StructuredOutputs>, Partial<StructuredOutputs>]>([
    ['a schema', { json: { type: 'object' } }, { json: { type: 'object' } }],
    ['a schema as text', { json: '{"type": "object"}' }, { json: '{"type": "object"}' }],
    ['the deepest schema', { json: nested(64) }, { json: nested(64) }],
    ['a pattern', { regex: '[0-9]{3}' }, { regex: '[0-9]{3}' }],
    ['any object', { jsonObject: true }, { jsonObject: true }],
    ['choices, as a grammar', { choice: ['yes', 'bleu é'] }, { grammar: 'root ::= "yes" | "bleu é"' }],
    ['choices with quotes', { choice: ['a"b\\c\nd'] }, { grammar: 'root ::= "a\\"b\\\\c\\nd"' }],
  ])('takes %s', (_, given, expected) => {
    expect(toEngineConstraint({ ...none, ...given }, 'xgrammar')).toEqual({
      ...none,
      ...expected,
      backend: 'xgrammar',
      backendWasAuto: true,
    });
  });

  it('keeps the backend of the request', () => {
    expect(toEngineConstraint({ ...none, regex: 'a', backend: 'guidance' }, 'xgrammar')).toEqual({
      ...none,
      regex: 'a',
      backend: 'guidance',
    });
  });

  it.each<[string, Partial<StructuredOutputs>, string]>([
    ['no choices', { choice: [] }, "Choice '[]' cannot be an empty list"],
    ['a blank grammar', { grammar: ' ' }, 'structured_outputs.grammar cannot be an empty string'],
    ['a blank schema', { json: '' }, 'structured_outputs.json cannot be an empty string'],
    ['a blank tag', { structuralTag: '' }, 'structured_outputs.structural_tag cannot be an empty string'],
    ['json_object false', { jsonObject: false }, 'structured_outputs.json_object must be True if set; omit'],
    ['NUL', { regex: 'a\0' }, "structured_outputs.regex must not contain a NUL character ('\\x00')"],
    ['a schema that is no JSON', { json: '{' }, 'Invalid JSON grammar specification.'],
    [
      'a deep schema',
      { json: nested(65) },
      'The JSON schema is nested too deeply: objects and arrays may nest at most 64',
    ],
    [
      'a very deep schema as text',
      { json: '{"a":'.repeat(5000) + '1' + '}'.repeat(5000) },
      'The JSON schema is nested too deeply',
    ],
  ])('refuses %s', (_, given, message) => {
    expect(() => toEngineConstraint({ ...none, ...given }, 'xgrammar')).toThrow(message);
  });
});
