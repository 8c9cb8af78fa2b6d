import { capturedMessages } from '@testing/engine-protocol';
import { FakeEngineCore } from '@testing/engine-server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURRENT_RELEASE, layoutForRelease, WireCodec } from '@app/engine-protocol';
import { createLogger, silentLogger } from '@app/logging';
import { RequestIntake, type Answers } from './request-intake.js';

const codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
const ignore = () => undefined;
const silence: Answers = { clientCount: 1, refuse: ignore, reply: ignore, aborted: ignore };
const requests = capturedMessages().filter(({ socket }) => socket === 'input');

describe('RequestIntake', () => {
  it('lets nothing out, whatever a client sends', () => {
    const frames = fc.oneof(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
      fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 1 }), fc.uint8Array()),
      fc.tuple(fc.constantFrom(...requests), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 })).map(
        ([
          {
            frames: [type, payload, ...rest],
          },
          damage,
        ]) => {
          const damaged = Buffer.from(payload ?? []);
          for (const [at, value] of damage) damaged[at % damaged.length] = value;
          return [type, damaged, ...rest];
        },
      ),
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

  it('logs a flood of nonsense in few lines', () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line: string) => void lines.push(line) } });
    const intake = new RequestIntake(new FakeEngineCore(), codec, silence, { logger });
    for (let count = 0; count < 1000; count++) intake.take([Buffer.from([9])], 0);
    expect([intake.malformedCount, lines.length]).toEqual([1000, 10]);
  });
});
