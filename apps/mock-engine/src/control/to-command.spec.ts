import { InvalidRequestError } from '@app/errors';
import { engineRequest } from '@testing/engine-server';
import { describe, expect, it } from 'vitest';
import { toCommand } from './to-command.js';

const rows = { ids: [[1, 2]], values: [[-0.5, '-inf']], ranks: [1] };

describe('toCommand', () => {
  it('reads a script in the form of recorded traffic', () => {
    const { command, rank } = toCommand({
      ...{ type: 'play', id: 1, rank: 2, interval_ms: 0, utilities: { a: { result: 1 }, b: { failure: 'no' }, c: {} } },
      answers: [
        {
          request: { request_id: 'r' },
          steps: [
            { ids: [], text: '', cached_tokens: 2, prompt_logprobs: rows },
            { ids: [1], finish: 'stop', stop_reason: 'END', logprobs: rows, kv_transfer_params: { a: 1 } },
          ],
          held_before_step: 1,
          dies_before_step: 2,
        },
      ],
    });
    const table = {
      ...{ rows: 1, columns: 2, tokenIds: Int32Array.from([1, 2]), ranks: Int32Array.from([1]) },
      logprobs: Float32Array.from([-0.5, -Infinity]),
    };
    if (command.type !== 'play') throw new Error('no script');
    expect(rank).toBe(2);
    expect(command.script).toMatchObject({ stepping: 'turns', expectedRequests: 1, intervalMs: 0 });
    expect(command.script.mode(engineRequest('r'), 0)).toEqual({
      steps: [
        { newTokenIds: [], cachedTokens: 2, promptLogprobs: table },
        { newTokenIds: [1], finishReason: 'stop', stopReason: 'END', logprobs: table, kvTransferParams: { a: 1 } },
      ],
      heldBeforeStep: 1,
      diesBeforeStep: 2,
    });
    expect([...command.script.utilities]).toEqual([
      ['a', { result: 1 }],
      ['b', { failure: 'no' }],
      ['c', { result: null }],
    ]);
  });

  it.each(['next', 'release', 'heal', 'sync'])('reads %s', (type) => {
    expect(toCommand({ type, id: 3 })).toEqual({ command: { type }, rank: undefined });
  });

  it('reads a fault as the command line does', () => {
    expect(toCommand({ type: 'fault', fault: 'slow:5@step=2' })).toEqual({
      command: { type: 'fault', fault: { kind: 'slow', delayMs: 5, afterStep: 2 } },
      rank: undefined,
    });
    expect(() => toCommand({ type: 'fault', fault: 'fire' })).toThrow('the fault "fire" is not KIND');
  });

  const step = (fields: object) => ({ type: 'play', answers: [{ steps: [{ ids: [1] }, { ids: [1], ...fields }] }] });

  it.each([
    [null, 'the command must be an object'],
    [{}, 'type must be one of play, next, release, fault, heal, sync'],
    [{ type: 'play' }, 'answers must be a list'],
    [{ type: 'play', answers: [1] }, 'answers[0] must be an object'],
    [{ type: 'play', answers: [{}] }, 'answers[0].steps must be a list'],
    [{ type: 'play', answers: [], interval_ms: -1 }, 'interval_ms must be a whole number'],
    [{ type: 'play', answers: [], utilities: { a: 1 } }, 'utilities.a must be an object'],
    [{ type: 'play', answers: [], utilities: { a: { failure: 1 } } }, 'utilities.a.failure must be a string'],
    [
      { type: 'play', answers: [{ steps: [], held_before_step: '1' }] },
      'answers[0].held_before_step must be a whole number',
    ],
    [step({ ids: [0.5] }), 'answers[0].steps[1].ids[0] must be a whole number'],
    [step({ finish: 'end' }), 'answers[0].steps[1].finish must be one of stop, length, abort, error, repetition'],
    [
      step({ logprobs: { ...rows, ids: [[1]] } }),
      'answers[0].steps[1].logprobs must be ids and values of one shape, and a rank for each row',
    ],
    [
      step({ logprobs: { ...rows, ranks: [] } }),
      'answers[0].steps[1].logprobs must be ids and values of one shape, and a rank for each row',
    ],
    [
      step({ logprobs: { ...rows, values: [[1, 'inf']] } }),
      'answers[0].steps[1].logprobs.values[0][1] must be a number or "-inf"',
    ],
  ])('refuses %j by its place', (line, message) => {
    expect(() => toCommand(line)).toThrow(new InvalidRequestError(message, { param: message.split(' must be ')[0] }));
  });
});
