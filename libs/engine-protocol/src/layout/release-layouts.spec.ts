import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeInit } from '../control/handshake.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { neutralSampling } from '../testing/neutral-sampling.js';
import { WireCodec } from '../codec/wire-codec.js';
import { KNOWN_RELEASES, RELEASE_LAYOUTS } from './release-layouts.js';
import { CURRENT_RELEASE, layoutForRelease, type WireStruct } from './wire-layout.js';

interface Recorded {
  readonly releases: readonly string[];
  readonly structs: Readonly<Record<string, RecordedStruct>>;
}

interface RecordedStruct {
  readonly layouts: readonly { readonly from: string; readonly to: string; readonly order: string }[];
}

/** Read from the released sources, independently of the table under test. */
const recorded = JSON.parse(readFileSync(new URL('../../fixtures/layouts.json', import.meta.url), 'utf8')) as Recorded;

const structs = Object.keys(RELEASE_LAYOUTS) as WireStruct[];
const cases = recorded.releases.flatMap((release) => structs.map((struct) => [release, struct] as const));

describe('RELEASE_LAYOUTS', () => {
  it('knows every release that was read', () => {
    expect(KNOWN_RELEASES).toEqual(recorded.releases);
  });

  it.each(cases)('has the fields of %s %s in their order', (release, struct) => {
    expect(layoutForRelease(release).structs[struct]).toEqual(orderAt(release, struct));
  });
});

describe('structures that never moved', () => {
  const current = new WireCodec(layoutForRelease(CURRENT_RELEASE));
  const names = (struct: string) => recorded.structs[struct].layouts.map(({ order }) => order.split(' '));

  it('are written with the fields of every release: addresses', () => {
    const init = record(encodeInit({ inputs: ['a'], outputs: ['b'], parallelConfig: {} }));
    expect([Object.keys(init)]).toEqual(names('EngineHandshakeMetadata'));
    expect([Object.keys(init['addresses'] as object)]).toEqual(names('EngineZmqAddresses'));
  });

  it('are written with the fields of every release: events and metrics of drafts', () => {
    const specDecodeMetrics = {
      ...{ numSpecTokens: 1, histogram: [1], numDraftTokens: 1, perStepAccepted: [1], perStepDrafted: [1] },
    };
    const [frame] = current.encodeOutputs({
      engineIndex: 0,
      timestamp: 1,
      outputs: [{ requestId: 'r', newTokenIds: [], events: [{ type: 'queued', timestamp: 1 }], specDecodeMetrics }],
    });
    const [, [output]] = new MsgpackReader(frame).readAny() as [number, unknown[][]];
    const at = (name: string) => output[layoutForRelease(CURRENT_RELEASE).structs.EngineCoreOutput.indexOf(name)];
    const [event] = at('events') as object[];
    expect([Object.keys(event)]).toEqual(names('EngineCoreEvent'));
    expect([Object.keys(at('spec_decode_metrics') as object)]).toEqual(names('RequestSpecDecodeMetrics'));
  });

  it('are written with the fields of every release: replies and repetition detection', () => {
    const [reply] = current.encodeOutputs({
      engineIndex: 0,
      timestamp: 1,
      outputs: [],
      utilityOutput: { callId: 1, result: true },
    });
    expect((new MsgpackReader(reply).readAny() as unknown[])[4]).toEqual([1, null, [null, true]]);
    expect(names('UtilityOutput')).toEqual([['call_id', 'failure_message', 'result']]);
    const repetitionDetection = { maxPatternSize: 2, minPatternSize: 1, minCount: 2 };
    const [add] = current.encodeRequest({
      requestId: 'r',
      promptTokenIds: [1],
      arrivalTime: 1,
      priority: 0,
      sampling: neutralSampling({ repetitionDetection }),
    });
    const [, , , sampling] = new MsgpackReader(add).readAny() as Record<string, object>[];
    expect([Object.keys(sampling['repetition_detection'])]).toEqual(names('RepetitionDetectionParams'));
  });
});

function orderAt(release: string, struct: WireStruct): readonly string[] {
  const at = recorded.releases.indexOf(release);
  const found = recorded.structs[struct].layouts.find(
    ({ from, to }) => recorded.releases.indexOf(from) <= at && at <= recorded.releases.indexOf(to),
  );
  return found?.order.split(' ') ?? [];
}

function record(frame: Buffer): Record<string, unknown> {
  return new MsgpackReader(frame).readRecord();
}
