import { CURRENT_RELEASE, layoutForRelease, WireCodec } from '@app/engine-protocol';
import type { StructuredOutputs } from '@app/engine-protocol';
import { InternalError, InvalidRequestError } from '@app/errors';
import { engineRequest } from '@testing/engine-client';
import { neutralSampling } from '@testing/engine-protocol';
import { describe, expect, it } from 'vitest';
import { RequestMessages } from './request-messages.js';

const codec = new WireCodec(layoutForRelease(CURRENT_RELEASE));
const facts = { codec, currentWave: undefined, maxModelLen: 8, clientCount: 3 };

function structured(backend: string) {
  const structuredOutputs: StructuredOutputs = {
    ...{ regex: 'a', backend, backendWasAuto: true },
    ...{ disableAnyWhitespace: false, disableAdditionalProperties: false },
  };
  return engineRequest('r', { sampling: neutralSampling({ structuredOutputs }) });
}

describe('RequestMessages', () => {
  it('writes the number of the client into every request', () => {
    const [type, ...frames] = new RequestMessages(2).add(engineRequest('r'), facts);
    expect([[...type], codec.decodeRequest(frames).clientIndex]).toEqual([[0], 2]);
  });

  it('sends nothing that an engine would trip over', () => {
    const messages = new RequestMessages(3);
    expect(() => messages.add(engineRequest('r'), facts)).toThrow(InternalError);
    const long = engineRequest('r', { promptTokenIds: Array<number>(8).fill(1) });
    expect(() => new RequestMessages(0).add(long, facts)).toThrow(InvalidRequestError);
  });

  it('keeps to the first backend of structured outputs', () => {
    const messages = new RequestMessages(0);
    messages.add(structured('guidance'), facts);
    messages.add(structured('guidance'), facts);
    expect(() => messages.add(structured('xgrammar'), facts)).toThrow('must be guidance');
  });
});
