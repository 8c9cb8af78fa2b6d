import { toolParsers } from '@app/output-parsers';
import type { ToolParserDefinition } from '@app/output-parsers';
import type { SamplingRequest } from '@app/text';
import { loadStructuralTags, structuralTagNames, toolsOf } from '@testing/output-parsers';
import type { StructuralTagCase } from '@testing/output-parsers';
import { describe, expect, it } from 'vitest';
import type { ChatParsers } from './chat-parsers.js';
import { ConstraintChoice } from './constraint-choice.js';
import type { ToolDemand } from './tool-choice.js';

type Constraint = NonNullable<SamplingRequest['structuredOutputs']>;

const hermes = toolParsers.mustFind('hermes');
/** hy_v4's markers carry the suffix of a checkpoint. */
const added = ['<tool_calls:3f9c>', '<tool_call:3f9c>', '</tool_call:3f9c>', '</tool_calls:3f9c>'];
const model = {
  tokenId: (token: string) => (added.includes(token) ? added.indexOf(token) : undefined),
  addedTokens: added,
  responseTemplate: undefined,
};
const none = { disableAnyWhitespace: false, disableAdditionalProperties: false, backendWasAuto: false };
const weather = { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const time = { name: 'time' };

function choose(
  own: Partial<Constraint> | undefined,
  demand: ToolDemand | undefined,
  parsers: Partial<ChatParsers> = {},
) {
  const warnings: string[] = [];
  const choice = new ConstraintChoice({ tool: hermes, engineFollowsGrammars: true, ...parsers }, model, (message) =>
    warnings.push(message),
  );
  return { constraint: choice.choose(own && { ...none, ...own }, demand), warnings };
}

function toOwn({
  response_format: format,
  structured_outputs: given,
}: StructuralTagCase): Partial<Constraint> | undefined {
  if (format?.type === 'json_object') return { jsonObject: true };
  if (format?.type === 'json_schema')
    return { json: (format.json_schema as { readonly schema: Record<string, unknown> }).schema };
  return format ? { structuralTag: JSON.stringify(format) } : given;
}

const recordings = structuralTagNames().flatMap((file) => {
  const { names, cases } = loadStructuralTags(file);
  return names.map((name) => ({ name, cases }));
});

describe.each(recordings)('calls of $name', ({ name, cases }) => {
  it.each(cases)('are held to what the recorded server sends: $id', (recorded) => {
    const { choice, level: strictLevel, single = false, sent } = recorded;
    const own = toOwn(recorded);
    const demand = { tools: toolsOf(recorded), choice, single };
    const { constraint } = choose(own, demand, { tool: toolParsers.mustFind(name), strictLevel });
    if (sent === 'own') expect(constraint).toEqual({ ...none, ...own });
    else expect(constraint?.structuralTag).toBe(sent ?? undefined);
  });
});

describe('ConstraintChoice', () => {
  it.each<[string, ToolDemand | undefined]>([
    ['without tools', undefined],
    ['with tools that may not be called', { tools: [weather], choice: 'none', single: false }],
    ['with calls that nobody is told of', { tools: [{ ...weather, strict: true }], choice: 'dropped', single: false }],
    ['with free calls', { tools: [weather], choice: 'auto', single: true }],
  ])('leaves the constraint of the request alone %s', (_, demand) => {
    expect(choose({ regex: 'a' }, demand)).toEqual({ constraint: { ...none, regex: 'a' }, warnings: [] });
  });

  it('asks for either calls or the format, when both are wanted', () => {
    const { constraint, warnings } = choose(
      { regex: 'a' },
      { tools: [{ ...time, strict: true }], choice: 'auto', single: true },
    );
    expect(JSON.parse(constraint?.structuralTag ?? '')).toMatchObject({
      format: {
        type: 'or',
        elements: [
          { type: 'tags_with_separator', stop_after_first: true },
          { type: 'regex', pattern: 'a' },
        ],
      },
    });
    expect(warnings).toEqual([]);
  });

  it('keeps a format that one grammar cannot say next to calls, and tells of it', () => {
    expect(
      choose({ grammar: 'start: "a"' }, { tools: [{ ...time, strict: true }], choice: 'auto', single: false }),
    ).toEqual({
      constraint: { ...none, grammar: 'start: "a"' },
      warnings: ['Tool calls are not possible next to an output format that XGrammar does not take.'],
    });
  });

  it('tells of a format that a forced call overrides', () => {
    const { constraint, warnings } = choose({ jsonObject: true }, { tools: [time], choice: 'required', single: false });
    expect([constraint?.jsonObject, warnings]).toEqual([
      undefined,
      ['A wanted output format is ignored where tool_choice forces a call.'],
    ]);
  });

  it.each<[string, ToolDemand['choice'], Partial<Constraint>]>([
    ['the parameters of a tool', { name: 'weather' }, { json: weather.parameters }],
    ['no parameters', { name: 'time' }, { json: { type: 'object', properties: {} } }],
  ])('asks for %s where calls are plain JSON', (_, choice, expected) => {
    const demand: ToolDemand = { tools: [weather, time], choice, single: false };
    expect(choose({ jsonObject: true }, demand, { strictCalling: false }).constraint).toEqual({ ...none, ...expected });
  });

  it('forces no call of a format that is held to nothing', () => {
    const tool: ToolParserDefinition = { ...hermes, structuralTag: undefined, forcedCalls: 'own-format' };
    expect(
      choose(undefined, { tools: [time], choice: 'required', single: false }, { tool }).constraint,
    ).toBeUndefined();
  });

  it('frames a wanted format as the model writes its answers', () => {
    const tool: ToolParserDefinition = {
      ...hermes,
      frameOutput: (content) => ({ type: 'tag', begin: '[', content, end: ']' }),
    };
    const own = { regex: 'a', disableAnyWhitespace: true };
    expect(choose(own, undefined, { tool }).constraint).toEqual({
      ...own,
      regex: undefined,
      disableAdditionalProperties: false,
      backendWasAuto: false,
      structuralTag:
        '{"type": "structural_tag", "format": {"type": "tag", "begin": "[", "content": {"type": "regex", "pattern": "a"}, "end": "]"}}',
    });
  });

  it('lets a format refuse calls', () => {
    const demands: unknown[] = [];
    const tool: ToolParserDefinition = { ...hermes, checkDemand: (demand) => demands.push(demand) };
    choose(undefined, { tools: [{ ...time, strict: true }], choice: { name: 'time' }, single: true }, { tool });
    expect(demands).toEqual([{ demand: 'named', single: true, strict: true, strictCalling: true }]);
  });
});
