import { UnsupportedError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { FailedCallError, toCallError, UnsupportedCallError } from './utility-failure.js';

describe('the failure of a utility call', () => {
  it.each([
    [
      'of an engine core of ours that cannot do it',
      `Call to profile method failed: ${new UnsupportedCallError('the onnx engine has no profiler').message}`,
      new UnsupportedError('The engine cannot run "profile": the onnx engine has no profiler.'),
    ],
    [
      'of a release that lacks it',
      "Call to profile method failed: 'EngineCoreProc' object has no attribute 'profile'",
      new UnsupportedError('The engine cannot run "profile": its release lacks it.'),
    ],
    [
      'inside the engine',
      "Call to profile method failed: 'Worker' object has no attribute 'f'",
      new FailedCallError('profile', "'Worker' object has no attribute 'f'"),
    ],
    ['while it shuts down', 'Server shutting down', new FailedCallError('profile', 'Server shutting down')],
  ])('%s', (_, text, error) => {
    expect(toCallError('profile', text)).toEqual(error);
  });

  it('keeps the words of the engine to itself', () => {
    expect(new FailedCallError('profile', '/secret').message).toBe('The engine could not run "profile".');
  });
});
