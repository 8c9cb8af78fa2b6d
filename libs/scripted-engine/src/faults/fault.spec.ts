import { ConfigurationError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { toFault } from './fault.js';

describe('toFault', () => {
  it.each([
    ['hang', { kind: 'hang' }],
    ['death@step=3', { kind: 'death', afterStep: 3 }],
    ['deaf@request=1', { kind: 'deaf', atRequest: 1 }],
    ['garbage', { kind: 'garbage', form: 'undecodable' }],
    ['garbage:huge@step=2', { kind: 'garbage', form: 'huge', afterStep: 2 }],
    ['slow', { kind: 'slow', delayMs: 1000 }],
    ['slow:20@request=4', { kind: 'slow', delayMs: 20, atRequest: 4 }],
    ['never-ready', { kind: 'never-ready' }],
  ])('reads %s', (text, fault) => {
    expect(toFault(text)).toEqual(fault);
  });

  it.each([
    ['', /the fault "" is not KIND/],
    ['fire', /with KIND one of hang, deaf, .*, garbage, slow$/],
    ['hang@step=0', /is not KIND/],
    ['hang@noon', /is not KIND/],
    ['hang:long', /the fault hang takes no detail, got "long"/],
    ['slow:soon', /the fault slow takes milliseconds, got "soon"/],
    ['garbage:green', /the fault garbage takes one of undecodable, wrong-types, huge, got "green"/],
    ['start-death@step=1', /has a time, but it belongs to the start/],
  ])('refuses "%s"', (text, message) => {
    expect(() => toFault(text)).toThrow(ConfigurationError);
    expect(() => toFault(text)).toThrow(message);
  });
});
