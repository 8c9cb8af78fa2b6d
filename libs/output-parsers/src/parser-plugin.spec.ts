import { describe, expect, it } from 'vitest';
import { toReasoningParsers, toToolParsers } from './parser-plugin.js';

const create = () => ({ push: () => [], finish: () => [] });

describe('a plug-in', () => {
  it('needs to say no more than a name and how to read', () => {
    const [parser, ...others] = toToolParsers({ toolParsers: [{ name: 'mine', create }] }, 'plugin');
    expect(others).toEqual([]);
    expect(parser).toEqual({
      name: 'mine',
      create: expect.any(Function) as unknown,
      models: [],
      specialTokens: 'as-requested',
      markers: expect.any(Function) as unknown,
      requiredTokens: expect.any(Function) as unknown,
      readsWithoutTools: false,
      forcedCalls: 'json',
      callIds: 'chatcmpl-tool',
      strictLevel: 'auto',
      structuralTag: undefined,
      checkDemand: undefined,
      frameOutput: undefined,
    });
    const model = { tokenId: () => undefined, addedTokens: [], responseTemplate: undefined };
    expect([parser.markers(model), parser.requiredTokens(model)]).toEqual([[], []]);
    const [thinking] = toReasoningParsers({ reasoningParsers: [{ name: 'mine', create }] }, 'plugin');
    expect(thinking.startAfter({ text: '', templateKwargs: {}, model })).toBe('undecided');
  });

  it('may bring objects with methods', () => {
    class Mine {
      readonly name = 'mine';
      readonly marker = '<call>';
      create = create;
      markers() {
        return [this.marker];
      }
    }
    const [parser] = toToolParsers({ toolParsers: [new Mine()] }, 'plugin');
    expect(parser.markers({ tokenId: () => undefined, addedTokens: [], responseTemplate: undefined })).toEqual([
      '<call>',
    ]);
  });

  it.each([
    [{}, 'plugin: the module exports no list "toolParsers"'],
    [{ toolParsers: [] }, 'plugin: the module exports no list "toolParsers"'],
    [{ toolParsers: ['mine'] }, 'plugin: toolParsers[0] is no object'],
    [{ toolParsers: [{ create }] }, 'plugin: toolParsers[0].name must be letters, digits, _ . or -'],
    [{ toolParsers: [{ name: 'a b', create }] }, 'plugin: toolParsers[0].name must be letters, digits, _ . or -'],
    [{ toolParsers: [{ name: 'a', create }, { name: 'b' }] }, 'plugin: toolParsers[1].create must be a function'],
    [
      { toolParsers: [{ name: 'a', create, specialTokens: true }] },
      'plugin: toolParsers[0].specialTokens must be one of as-requested, kept, kept-with-tools',
    ],
    [
      { toolParsers: [{ name: 'a', create, models: ['llama'] }] },
      'plugin: toolParsers[0].models must be a list of regular expressions',
    ],
  ])('is refused by what is wrong with it: %j', (exports, message) => {
    expect(() => toToolParsers(exports, 'plugin')).toThrow(message);
  });
});
