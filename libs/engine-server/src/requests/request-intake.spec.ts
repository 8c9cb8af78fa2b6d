import { anyMutatedFrames, capturedMessages, neutralSampling } from '@testing/engine-protocol';
import { FakeEngineCore } from '@testing/engine-server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURRENT_RELEASE, layoutForRelease, WireCodec } from '@app/engine-protocol';
import type { EngineRequest } from '@app/engine-protocol';
import { createLogger, silentLogger } from '@app/logging';
import { RequestIntake, type Answers } from './request-intake.js';

const codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
const ignore = () => undefined;
const silence: Answers = { clientCount: 1, refuse: ignore, reply: ignore, aborted: ignore };
const requests = capturedMessages().filter(
  ({ socket, name }) => socket === 'input' && !name.startsWith('registration'),
);
const payloads = requests.map(({ frames }) => frames.slice(1)).filter(({ length }) => length > 0);
const request: EngineRequest = {
  ...{ requestId: 'r', promptTokenIds: [1], arrivalTime: 1, priority: 0, sampling: neutralSampling() },
};

describe('RequestIntake', () => {
  it('lets nothing out, whatever a client sends', () => {
    const frames = fc.oneof(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 1 }), fc.uint8Array()),
      fc.tuple(fc.nat(3), anyMutatedFrames(payloads)).map(([type, mutated]) => [Buffer.from([type]), ...mutated]),
    );
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 8 }), (messages) => {
        const intake = new RequestIntake(new FakeEngineCore(), codec, silence, { logger: silentLogger });
        for (const message of messages)
          intake.take(
            message.map((frame) => Buffer.from(frame)),
            0,
          );
        intake.take([Buffer.from([9])], 0);
        expect(intake.malformedCount).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it.each(requests.map((message) => [message.name, message] as const))(
    'has an answer to %s',
    async (name, { frames }) => {
      const core = new FakeEngineCore();
      const answers: string[] = [];
      const intake = new RequestIntake(
        core,
        new WireCodec(layoutForRelease('0.32.0')),
        {
          clientCount: 2,
          refuse: (_, { requestId }) => void answers.push(`refused ${requestId}`),
          reply: (_, { callId }) => void answers.push(`replied to ${callId}`),
          aborted: ignore,
        },
        { logger: silentLogger },
      );
      intake.take(frames, 0);
      await Promise.resolve();
      await Promise.resolve();
      const taken = [...core.added, ...core.aborted, ...core.calls];
      const silent = name === 'hostile, unknown type byte';
      expect({ taken: taken.length > 0 || answers.length > 0, counted: intake.malformedCount > 0 }).toEqual({
        taken: !silent,
        counted: silent || answers.some((answer) => answer.startsWith('refused')),
      });
      intake.take([Buffer.from([0]), ...codec.encodeRequest({ ...request, requestId: 'next' })], 0);
      expect(core.added.at(-1)?.requestId).toBe('next');
    },
  );

  it('logs a flood of nonsense in few lines', () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line: string) => void lines.push(line) } });
    const intake = new RequestIntake(new FakeEngineCore(), codec, silence, { logger });
    for (let count = 0; count < 1000; count++) intake.take([Buffer.from([9])], 0);
    expect([intake.malformedCount, lines.length]).toEqual([1000, 10]);
  });
});
