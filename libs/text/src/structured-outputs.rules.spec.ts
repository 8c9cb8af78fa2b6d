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
    [
      'choices with control characters',
      { choice: ['\t\u0001\u007f\u0085'] },
      { grammar: 'root ::= "\\t\\u0001\\u007f\u0085"' },
    ],
  ])('takes %s', (_, given, expected) => {
    expect(toEngineConstraint({ ...none, ...given }, 'auto')).toEqual({
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
    ['a tag that is no JSON', { structuralTag: '{' }, 'Invalid structural tag specification.'],
    ['a deep tag', { structuralTag: JSON.stringify(nested(81)) }, 'The JSON schema is nested too deeply'],
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
    expect(() => toEngineConstraint({ ...none, ...given }, 'auto')).toThrow(message);
  });

  it.each<[string, string, Partial<StructuredOutputs>, Partial<StructuredOutputs>]>([
    ['xgrammar', 'auto', { regex: 'a' }, { backend: 'xgrammar', backendWasAuto: true }],
    [
      'guidance for what XGrammar passes over',
      'auto',
      { json: '{"type":"integer","multipleOf":2}' },
      { backend: 'guidance', backendWasAuto: true },
    ],
    [
      'outlines for what guidance does not take either',
      'auto',
      { json: { type: 'object', properties: {}, patternProperties: {} } },
      { backend: 'outlines', backendWasAuto: true },
    ],
    ['the configured one', 'guidance', { jsonObject: true }, { backend: 'guidance', backendWasAuto: false }],
    ['a list of choices for another one', 'outlines', { choice: ['a'] }, { backend: 'outlines', choice: ['a'] }],
  ])('gives %s (configured: %s)', (_, configured, given, expected) => {
    expect(toEngineConstraint({ ...none, ...given }, configured)).toMatchObject(expected);
  });

  it.each<[string, Partial<StructuredOutputs>, string]>([
    [
      'xgrammar',
      { json: { type: 'array', uniqueItems: true } },
      'The provided JSON schema contains features not supported by xgrammar.',
    ],
    [
      'outlines',
      { grammar: 'root ::= "a"' },
      'Outlines structured outputs backend does not support grammar specifications',
    ],
    [
      'outlines',
      { jsonObject: true },
      'Outlines structured outputs backend does not support json_object specifications',
    ],
    [
      'lm-format-enforcer',
      { grammar: 'root ::= "a"' },
      'LM Format Enforcer structured outputs backend does not support grammar specifications',
    ],
  ])('refuses what the configured %s does not know', (configured, given, message) => {
    expect(() => toEngineConstraint({ ...none, ...given }, configured)).toThrow(message);
  });
});
