import { capturedMessage, capturedMessages } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MalformedMessageError } from '../malformed-message.error.js';
import {
  COORDINATOR_READY,
  decodeCoordinatorReport,
  decodeFrontEndNotice,
  decodeWaveStart,
  encodeCoordinatorReport,
  encodeFrontEndNotice,
  encodeWaveStart,
  SUBSCRIPTION,
} from './coordinator-messages.js';

const identity = Buffer.from([0, 0]);

describe('coordinator messages', () => {
  it.each([
    ['START_DP_WAVE after a front-end notice', { wave: 0, exclude: identity }],
    ['START_DP_WAVE after an engine notice', { wave: 0, exclude: 0 }],
  ])('are vLLM’s, both ways: %s', (name, start) => {
    const { frames } = capturedMessage(name);
    expect([decodeWaveStart(frames[1]), encodeWaveStart(start)]).toEqual([start, frames[1]]);
  });

  it.each([
    [
      'publish: counts',
      {
        counts: [
          { waiting: 1, running: 0, kvCacheUsage: 0 },
          { waiting: 0, running: 0, kvCacheUsage: 0 },
        ],
        wave: 0,
        running: false,
      },
    ],
    ['publish: wave started', { counts: undefined, wave: 0, running: true }],
    ['publish: wave finished', { counts: undefined, wave: 1, running: false }],
  ])('are vLLM’s, both ways: %s', (name, report) => {
    const { frames } = capturedMessage(name);
    expect([decodeCoordinatorReport(frames[0]), encodeCoordinatorReport(report)]).toEqual([report, frames[0]]);
  });

  it('are vLLM’s, both ways: first request notice', () => {
    const { frames } = capturedMessage('first request notice');
    const notice = { type: 'first-request', engine: identity, wave: 0 } as const;
    expect([decodeFrontEndNotice(frames[0]), encodeFrontEndNotice(notice)]).toEqual([notice, frames[0]]);
  });

  it('leave no captured frame between a coordinator and its peers unknown', () => {
    const sockets = ['coordinator input', 'coordinator output', 'stats publish'];
    const names = capturedMessages()
      .filter(({ socket }) => sockets.includes(socket))
      .map(({ name }) => name);
    expect(names).toEqual([
      'subscription of an engine',
      'coordinator gate',
      'subscription of a front end',
      'first request notice',
      'START_DP_WAVE after a front-end notice',
      'START_DP_WAVE after an engine notice',
      'counts, one waiting',
      'start_wave',
      'wave_complete',
      'publish: counts',
      'publish: wave started',
      'publish: wave finished',
      'counts of a dense engine',
    ]);
    expect([COORDINATOR_READY, SUBSCRIPTION, SUBSCRIPTION]).toEqual(
      ['coordinator gate', 'subscription of an engine', 'subscription of a front end'].map(
        (name) => capturedMessage(name).frames[0],
      ),
    );
  });

  it('write ranks as integers and pairs before 0.27', () => {
    expect([
      encodeFrontEndNotice({ type: 'first-request', engine: 1, wave: 2 }),
      encodeFrontEndNotice({ type: 'scale', engineCount: 3 }),
      encodeWaveStart({ wave: 4, exclude: undefined }),
      encodeCoordinatorReport({ counts: [{ waiting: 1, running: 2 }], wave: 0, running: true }),
    ]).toEqual([
      Buffer.from('920102', 'hex'),
      Buffer.from(`92b0${Buffer.from('SCALE_ELASTIC_EP').toString('hex')}03`, 'hex'),
      Buffer.from('9204c0', 'hex'),
      Buffer.from('939192010200c3', 'hex'),
    ]);
  });

  it('read counts of two, three and more elements', () => {
    const payload = Buffer.from('9393920102930102cb3fe0000000000000940102cb3fe0000000000000c007c2', 'hex');
    expect(decodeCoordinatorReport(payload)).toEqual({
      counts: [
        { waiting: 1, running: 2, kvCacheUsage: undefined },
        { waiting: 1, running: 2, kvCacheUsage: 0.5 },
        { waiting: 1, running: 2, kvCacheUsage: 0.5 },
      ],
      wave: 7,
      running: false,
    });
  });

  it.each<[string, string, (payload: Buffer) => unknown]>([
    ['a report of two elements', '92c000', decodeCoordinatorReport],
    ['a report with one count', '9391910100c2', decodeCoordinatorReport],
    ['a report with a negative wave', '93c0ffc2', decodeCoordinatorReport],
    ['a notice about a name', '92a161c0', decodeFrontEndNotice],
    ['a notice of another kind', '92a16101', decodeFrontEndNotice],
    ['a notice about three bytes', '92c40300000000', decodeFrontEndNotice],
    ['a wave that has no successor', '92cf001fffffffffffff00', decodeWaveStart],
    ['bytes after the end', '9200c000', decodeWaveStart],
  ])('refuse %s', (_, hex, decode) => {
    expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(MalformedMessageError);
  });

  it.each([0, 65_537])('refuse a deployment of %d engines', (engineCount) => {
    expect(() => decodeFrontEndNotice(encodeFrontEndNotice({ type: 'scale', engineCount }))).toThrow(
      MalformedMessageError,
    );
  });

  it('throw nothing but MalformedMessageError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        for (const decode of [decodeWaveStart, decodeCoordinatorReport, decodeFrontEndNotice]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        }
      }),
    );
  });
});
