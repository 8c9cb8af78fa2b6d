import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  InternalError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  UnavailableError,
  UnsupportedError,
} from '@app/errors';
import { errorJson, toErrorFacts } from './error-body.js';
import { RequestValidationError } from './validation/index.js';

const alive = { engineDead: false };

describe('toErrorFacts', () => {
  it.each([
    ['an invalid request', new InvalidRequestError('no'), [400, 'BadRequestError', null, 'no']],
    [
      'one with a parameter',
      new InvalidRequestError('no', { param: 'n' }),
      [400, 'BadRequestError', 'n', 'no (parameter=n)'],
    ],
    [
      'one with a value',
      new InvalidRequestError('no', { param: 'temperature', value: NaN }),
      [400, 'BadRequestError', 'temperature', 'no (parameter=temperature, value=nan)'],
    ],
    [
      'wrong fields',
      new RequestValidationError([{ type: 'missing', loc: ['body', 'a'], msg: 'Field required', input: {} }]),
      [
        400,
        'Bad Request',
        'body.a',
        "1 validation error:\n  {'type': 'missing', 'loc': 'body.a', 'msg': 'Field required', 'input': '<dict of 0 items>'}",
      ],
    ],
    ['an unknown model', new NotFoundError('no m', { param: 'model' }), [404, 'NotFoundError', 'model', 'no m']],
    ['too much to do', new OverloadedError('busy'), [503, 'Service Unavailable', null, 'busy']],
    ['a pause', new UnavailableError('paused'), [503, 'ServiceUnavailableError', null, 'paused']],
    ['a missing feature', new UnsupportedError('no'), [501, 'NotImplementedError', null, 'no']],
    ['a fault of ours', new InternalError('sorry'), [500, 'InternalServerError', null, 'sorry']],
    ['an HTTP exception', new BadRequestException('bad body'), [400, 'Bad Request', null, 'bad body']],
    ['a bug', new TypeError('secret of /root/x'), [500, 'InternalServerError', null, 'Internal server error']],
    ['a thrown string', 'secret', [500, 'InternalServerError', null, 'Internal server error']],
  ])('maps %s', (_, error, [code, type, param, message]) => {
    expect(toErrorFacts(error, alive)).toEqual({ code, type, param, message });
  });

  it('keeps the reason of an engine death to itself', () => {
    expect(toErrorFacts(new UnavailableError('engine core 0 was ended by SIGKILL'), { engineDead: true })).toEqual({
      code: 500,
      type: 'InternalServerError',
      param: null,
      message: 'The server had an error while processing your request.',
    });
    expect(toErrorFacts(new InvalidRequestError('no'), { engineDead: true }).code).toBe(400);
  });

  it.each([
    ['<object at 0x7f00aa>', '<object>'],
    ['cannot open /home/user/key.pem', 'cannot open <path>'],
    ['cannot open /data/model.onnx!', 'cannot open <path>!'],
    ['Traceback:\n  File "/usr/lib/a.py", line 3, in f\n    boom()\nValueError', 'Traceback:\nValueError'],
    ['see https://example.com/a/b.html and 1/2', 'see https://example.com/a/b.html and 1/2'],
  ])('sanitises %j', (message, expected) => {
    expect(toErrorFacts(new InvalidRequestError(message), alive).message).toBe(expected);
  });
});

describe('errorJson', () => {
  const facts = { message: 'é "x"', type: 'T', param: null, code: 400 };

  it('writes the four keys in order, compact or as Python spaces and escapes them', () => {
    expect(errorJson(facts)).toBe('{"error":{"message":"é \\"x\\"","type":"T","param":null,"code":400}}');
    expect(errorJson(facts, 'spaced')).toBe(
      '{"error": {"message": "\\u00e9 \\"x\\"", "type": "T", "param": null, "code": 400}}',
    );
  });
});
