import { describe, expect, it } from 'vitest';
import {
  checkCuts,
  checkLinear,
  everySplit,
  findDifference,
  fixtureNames,
  loadExceptions,
  loadFixture,
  loadTools,
  modelOf,
  ParserPair,
  readAnswer,
  textsLike,
} from '@testing/output-parsers';
import type { FixtureCase, ParserFixture } from '@testing/output-parsers';
import { reasoningParsers } from './reasoning/reasoning-parser.catalog.js';
import { namedCall } from './tool/forced-calls/named-call.js';
import { requiredCalls } from './tool/forced-calls/required-calls.js';
import { toolParsers } from './tool/tool-parser.catalog.js';
import type { ToolParser, ToolReading } from './tool/tool-parser.js';

const tools = loadTools();
/** Cuts of a text in three pieces that are tried; SPLITS=all tries every one. */
const maxPieces = process.env.SPLITS === 'all' ? Infinity : 100;

const toolCases: readonly (readonly [name: string, file: string, create: (reading: ToolReading) => ToolParser])[] = [
  ...fixtureNames('tool')
    .flatMap((file) => loadFixture('tool', file).names.map((name) => [name, file] as const))
    .filter(([name]) => toolParsers.names.includes(name))
    .map(([name, file]) => [name, file, (reading: ToolReading) => toolParsers.mustFind(name).create(reading)] as const),
  ['of required calls', '_required', requiredCalls],
  ['of a named call', '_named', () => namedCall('save_note')],
];

describe.each(toolCases)('tool parser %s', (_, file, create) => {
  const fixture = loadFixture('tool', file);
  const exceptions = loadExceptions('tool', file);
  const { cases } = fixture;
  const pairFor = (example: Pick<FixtureCase, 'kwargs' | 'variant'>) => () =>
    new ParserPair(
      undefined,
      create({ tools, templateKwargs: example.kwargs ?? {}, model: modelOf(fixture, example.variant) }),
    );

  it.each(cases.map((example) => [example.id, example] as const))('reads %s', (id, example) => {
    checkCase(pairFor(example), example, fixture, exceptions[id]);
  });

  it('reads any text however it is cut', () => {
    for (const variant of variantsOf(cases)) {
      checkCuts(pairFor(variant), textsLike(cases.filter(sameReading(variant)).map(({ text }) => text)));
    }
  });

  it('reads long texts in linear time', () => {
    checkLinear(pairFor({}), hostilePieces(cases), beginnings(cases));
  });
});

const reasoningCases = fixtureNames('reasoning').flatMap((file) => {
  const fixture = loadFixture('reasoning', file);
  return fixture.names.map((name) => [name, file, fixture] as const);
});

describe.each(reasoningCases.filter(([name]) => reasoningParsers.names.includes(name)))(
  'reasoning parser %s',
  (name, file, fixture) => {
    const definition = reasoningParsers.mustFind(name);
    const exceptions = loadExceptions('reasoning', file);
    const cases = fixture.cases.filter((example) => refusalOf(example) === undefined);
    const defaultPrompt = fixture.default_prompt ?? '';
    const defaultKwargs = fixture.default_kwargs ?? {};
    const model = modelOf(fixture);
    const startAfter = ({ prompt, kwargs }: Pick<FixtureCase, 'prompt' | 'kwargs'>) =>
      definition.startAfter({ text: prompt ?? defaultPrompt, templateKwargs: kwargs ?? defaultKwargs, model });
    const pairFor = (example: Pick<FixtureCase, 'prompt' | 'kwargs' | 'with'>) => () => {
      const templateKwargs = example.kwargs ?? defaultKwargs;
      const reasoning = definition.create({
        start: startAfter(example),
        templateKwargs,
        model,
        framed: example.with !== undefined,
      });
      const reader =
        example.with === undefined
          ? undefined
          : toolParsers.mustFind(example.with).create({ tools, templateKwargs, model });
      return new ParserPair(reasoning, reader);
    };
    const isReady = ({ with: tool }: FixtureCase) => tool === undefined || toolParsers.names.includes(tool);

    it.each(cases.filter(isReady).map((example) => [example.id, example] as const))('reads %s', (id, example) => {
      checkCase(pairFor(example), example, fixture, exceptions[id]);
    });

    it.each(fixture.cases.filter((example) => refusalOf(example) !== undefined))('refuses $id', (example) => {
      expect(() => startAfter(example)).toThrow(refusalOf(example));
    });

    it.each((fixture.prompt_checks ?? []).filter((check) => check.is_reasoning_end !== null))(
      'knows whether $prompt ended the thought',
      ({ is_reasoning_end, ...example }) => {
        expect(startAfter(example) === 'content').toBe(is_reasoning_end);
      },
    );

    it('reads any text however it is cut', () => {
      for (const variant of variantsOf(cases.filter(isReady))) {
        checkCuts(pairFor(variant), textsLike(cases.map(({ text }) => text)));
      }
    });

    it('reads long texts in linear time', () => {
      checkLinear(pairFor({}), hostilePieces(cases), beginnings(cases));
    });
  },
);

/** One result for every split, and the one that is asked for, but where an exception gives its reason. */
function checkCase(
  create: () => ParserPair,
  example: FixtureCase,
  { args }: ParserFixture,
  exception: string | undefined,
): void {
  const ending = { cutOff: example.finish === 'length' };
  const whole = readAnswer(create(), [example.text], ending);
  const wanted = JSON.stringify(whole);
  for (const deltas of everySplit(example.text, maxPieces)) {
    const read = JSON.stringify(readAnswer(create(), deltas, ending));
    if (read !== wanted) expect({ deltas, read }).toEqual({ deltas, read: wanted });
  }
  const difference = findDifference(whole, example, args);
  if (exception === undefined) expect(difference).toBeUndefined();
  else expect(difference, 'the exception is no longer one').toBeDefined();
}

/** What vLLM says of template arguments that it cannot follow. */
function refusalOf({ vllm }: FixtureCase): string | undefined {
  return vllm.full && 'vllm_error' in vllm.full ? vllm.full.vllm_error.replace('ValueError: ', '') : undefined;
}

/** One example of each way to read. */
function variantsOf(cases: readonly FixtureCase[]): FixtureCase[] {
  return cases.filter((example, i) => cases.findIndex(sameReading(example)) === i);
}

function sameReading(one: FixtureCase): (other: FixtureCase) => boolean {
  const key = ({ kwargs, variant, prompt, with: tool }: FixtureCase) => JSON.stringify([kwargs, variant, prompt, tool]);
  return (other) => key(one) === key(other);
}

function hostilePieces(cases: readonly FixtureCase[]): string[] {
  const longest = cases.reduce((most, { text }) => (text.length > most.length ? text : most), '');
  return ['a', '<', '[{"', '\\"', ' \n', longest, longest.slice(0, longest.length / 3)];
}

/** Nothing, and a call that has begun. */
function beginnings(cases: readonly FixtureCase[]): string[] {
  const text = cases[0]?.text ?? '';
  return ['', text.slice(0, Math.floor(text.length * 0.7))];
}
