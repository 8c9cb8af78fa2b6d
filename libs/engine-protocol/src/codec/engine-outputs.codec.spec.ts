import { anyEngineOutputs, anyMutatedFrames, capturedMessage, capturedMessages } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineOutput, EngineOutputs, LogprobRows, SchedulerStats } from '../engine-output.js';
import { KNOWN_RELEASES } from '../layout/release-layouts.js';
import { CURRENT_RELEASE, layoutForRelease, type WireLayout } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { engineIndexOf } from './engine-index.js';
import { WireCodec } from './wire-codec.js';

const codec032 = new WireCodec(layoutForRelease('0.32.0'));
const current = new WireCodec(layoutForRelease(CURRENT_RELEASE));

const outputMessages = capturedMessages().filter(
  ({ socket, name }) => (socket === 'output' || socket === 'coordinator output') && name !== 'death sentinel',
);

/** They carry what the port has no place for: pooling results, cache misses, a coordinator's empty map. */
const lossy = new Set([
  ...['output, multimodal cache miss', 'output, embedding', 'output, classification', 'output, late interaction'],
  ...['counts, one waiting', 'counts of a dense engine'],
]);

describe('decodeOutputs', () => {
  it.each(outputMessages.map((message) => [message.name, message] as const))('reads %s', (_, { frames, decoded }) => {
    expect(comparable(codec032.decodeOutputs(frames))).toEqual(expectedOutputs(decoded));
  });

  it('reads an output of a release with another layout after the ninth element', () => {
    const { frames } = capturedMessage('output, first token');
    const [output] = current.decodeOutputs(frames).outputs;
    expect(output).toEqual(codec032.decodeOutputs(frames).outputs[0]);
  });

  it('takes an unknown finish reason for an error and drops unknown events', () => {
    const events = [
      { type: 9, timestamp: 1 },
      { type: 2, timestamp: 2, more: [1] },
    ];
    const frames = message([['r', [], null, null, null, 7, null, events]]);
    expect(current.decodeOutputs(frames).outputs).toEqual([
      { requestId: 'r', newTokenIds: [], finishReason: 'error', events: [{ type: 'scheduled', timestamp: 2 }] },
    ]);
  });

  it('reads arrays whatever the sender puts inline and whatever their alignment', () => {
    const ids = array('<i8', [1, 2], BigInt64Array.of(5n, 6n));
    const logprobs = array('<f2', [1, 2], Uint16Array.of(0x3c00, 0xfc00));
    const ranks = array('bfloat16', [1], Uint16Array.of(0x4040));
    for (const shift of [0, 1, 2, 3]) {
      const frames = message([['r'.repeat(shift), [5], [ids, logprobs, ranks, null]]]);
      expect(comparable(current.decodeOutputs(frames)).outputs[0].logprobs).toEqual({
        ...{ rows: 1, columns: 2, tokenIds: [5, 6], logprobs: [1, -Infinity], ranks: [3] },
      });
    }
  });

  const good = array('<i4', [1, 2], Int32Array.of(1, 2));
  const floats = array('<f4', [1, 2], Float32Array.of(-1, -2));
  const rank = array('<i4', [1], Int32Array.of(1));
  it.each<[string, unknown]>([
    ['a shape that does not fit its bytes', [array('<i4', [1, 3], Int32Array.of(1, 2)), floats, rank]],
    ['a shape whose product overflows', [array('<i4', [2 ** 40, 2 ** 40], Int32Array.of(1)), floats, rank]],
    ['a negative dimension', [array('<i4', [-1, -2], Int32Array.of(1, 2)), floats, rank]],
    ['an unknown dtype', [array('<c8', [1], Int32Array.of(1, 2)), floats, rank]],
    ['a big-endian dtype', [array('>i4', [1, 2], Int32Array.of(1, 2)), floats, rank]],
    ['an auxiliary frame that is missing', [['<i4', [1, 2], 1], floats, rank]],
    ['the payload as an auxiliary frame', [['<i4', [1, 2], 0], floats, rank]],
    ['a negative auxiliary frame', [['<i4', [1, 2], -1], floats, rank]],
    ['two arrays instead of three', [good, floats]],
    ['tables of different shapes', [good, array('<f4', [2, 1], Float32Array.of(1, 2)), rank]],
    ['ranks for more rows than there are', [good, floats, array('<i4', [2], Int32Array.of(1, 1))]],
    ['a one-dimensional table', [rank, array('<f4', [1], Float32Array.of(1)), rank]],
    ['an array of four elements', [[...good, null], floats, rank]],
  ])('refuses logprobs with %s', (_, logprobs) => {
    expect(() => current.decodeOutputs(message([['r', [1], logprobs]]))).toThrow(MalformedMessageError);
  });

  it('throws nothing but MalformedMessageError for a damaged message', () => {
    const whole = outputMessages.map(({ frames }) => frames);
    let refused = 0;
    fc.assert(
      fc.property(anyMutatedFrames(whole), (frames) => {
        for (const read of [() => codec032.decodeOutputs(frames), () => codec032.outputsMismatch(frames)]) {
          try {
            read();
          } catch (error) {
            refused++;
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        }
        engineIndexOf(frames[0] ?? Buffer.alloc(0));
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  it.each([
    ['arrays', '91'],
    ['maps', '81a161'],
  ])('is not brought down by a million %s in each other', (_, hex) => {
    const [payload] = message([['r', [1], null, null, null, null, null, null, {}]]);
    const deep = Buffer.concat([payload.subarray(0, -1), Buffer.from(hex.repeat(1_000_000), 'hex')]);
    expect(() => current.decodeOutputs([deep])).toThrow(new MalformedMessageError('the message is nested too deeply'));
  });

  it.each(['91', '80', 'c0', 'a0'])('is not brought down by a million values %s of nobody’s', (hex) => {
    const million = Buffer.from(`dd000f4240${hex.repeat(1_000_000)}`, 'hex');
    expect(() => current.decodeOutputs([Buffer.concat([Buffer.from('9200', 'hex'), million])])).toThrow(
      MalformedMessageError,
    );
  });
});

describe('outputsMismatch', () => {
  const step = { engineIndex: 0, timestamp: 1, outputs: [{ requestId: 'r', newTokenIds: [1] }] };
  const codecs = new Map(KNOWN_RELEASES.map((release) => [release, new WireCodec(layoutForRelease(release))]));

  it('is silent about every message of the own layout', () => {
    fc.assert(
      fc.property(fc.constantFrom(...codecs.values()), anyEngineOutputs, (codec, outputs) => {
        expect(codec.outputsMismatch(codec.encodeOutputs(outputs))).toBeUndefined();
      }),
    );
  });

  it.each([
    ['0.33.0', '0.32.0', 'its outputs have 18 elements, those of vLLM 0.33.0 have 19'],
    ['0.20.0', '0.19.1', 'its outputs have 14 elements, those of vLLM 0.20.0 have 13'],
    ['0.31.0', '0.32.0', 'its messages have 9 elements, those of vLLM 0.31.0 have 8'],
    ['0.25.1', '0.20.0', undefined],
  ] as const)('as %s says of an engine of %s: %s', (ours, theirs, expected) => {
    expect(codecs.get(ours)!.outputsMismatch(codecs.get(theirs)!.encodeOutputs(step))).toBe(expected);
  });

  it('cannot tell by a message without outputs', () => {
    const frames = codecs.get('0.32.0')!.encodeOutputs({ ...step, outputs: [] });
    expect(codecs.get('0.33.0')!.outputsMismatch(frames)).toBeUndefined();
  });

  it.each([[[]], [['']], [['c0']], [['9900']], [['99009101']]])('refuses %j', (hex) => {
    const frames = hex.map((frame) => Buffer.from(frame, 'hex'));
    expect(() => current.outputsMismatch(frames)).toThrow(MalformedMessageError);
  });
});

describe('encodeOutputs', () => {
  it.each(outputMessages.filter(({ name }) => !lossy.has(name)).map((sent) => [sent.name, sent] as const))(
    'writes %s byte by byte as vLLM does',
    (_, { frames }) => {
      expect(codec032.encodeOutputs(codec032.decodeOutputs(frames))).toEqual(frames);
    },
  );

  it.each(KNOWN_RELEASES)('loses nothing that %s has a place for', (release) => {
    const layout = layoutForRelease(release);
    const codec = new WireCodec(layout);
    fc.assert(
      fc.property(anyEngineOutputs, (sent) => {
        const frames = codec.encodeOutputs(sent);
        expect(comparable(codec.decodeOutputs(frames))).toEqual(comparable(knownTo(layout.structs, sent)));
        expect(frames.slice(1).every(({ length }) => length >= 256)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    // Elastic EP and fault tolerance: nobody asked, so the call ids are negative (engine protocol §14.10).
    [
      '-1',
      '99019 0c0cb40934a0000000000 93ffc092c092b4 5245434f4e4649475552455f46494e4953484544 01 c0c0c0c0',
      ['RECONFIGURE_FINISHED', 1],
    ],
    ['-2', '99009 0c0cb40934a0000000000 93fec092c0a5 6661756c74 c0c0c0c0', 'fault'],
  ])('reads and writes a notification with call id %s', (callId, hex, result) => {
    const frame = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const decoded = codec032.decodeOutputs([frame]);
    expect(decoded.utilityOutput).toEqual({ callId: Number(callId), result });
    expect(codec032.encodeOutputs(decoded)).toEqual([frame]);
  });

  it('puts 256 bytes into a frame of their own, and 255 not', () => {
    const table = (columns: number): LogprobRows => ({
      rows: 1,
      columns,
      tokenIds: new Int32Array(columns),
      logprobs: new Float32Array(columns),
      ranks: [1],
    });
    const framesFor = (columns: number) =>
      current.encodeOutputs({
        engineIndex: 0,
        timestamp: 1,
        outputs: [{ requestId: 'r', newTokenIds: [1], logprobs: table(columns) }],
      }).length;
    expect([framesFor(63), framesFor(64)]).toEqual([1, 3]);
  });

  it('copies the arrays it sends', () => {
    const logprobs = new Float32Array(64).fill(-1);
    const rows: LogprobRows = { rows: 1, columns: 64, tokenIds: new Int32Array(64), logprobs, ranks: [1] };
    const frames = current.encodeOutputs({
      engineIndex: 0,
      timestamp: 1,
      outputs: [{ requestId: 'r', newTokenIds: [1], logprobs: rows }],
    });
    logprobs.fill(7);
    expect(Array.from(current.decodeOutputs(frames).outputs[0].logprobs!.logprobs)).toEqual(Array(64).fill(-1));
  });

  it('refuses a utility result without a form on the wire, and is none the worse for it', () => {
    const reply = (result: unknown): EngineOutputs => ({
      engineIndex: 0,
      outputs: [],
      timestamp: 1,
      utilityOutput: { callId: 1, result },
    });
    expect(() => current.encodeOutputs(reply(() => 1))).toThrow(TypeError);
    expect(current.decodeOutputs(current.encodeOutputs(reply([true])))).toEqual(reply([true]));
  });
});

/** A message of engine 0 with these outputs, positional as on the wire. */
function message(outputs: readonly unknown[]): Buffer[] {
  const writer = new MsgpackWriter();
  // Sized like a struct of arrays; raw array bytes need the extension, so the elements are written one by one.
  writer.arrayHeader(2);
  writer.int(0);
  writeAny(writer, outputs);
  return [writer.take()];
}

function writeAny(writer: MsgpackWriter, value: unknown): void {
  if (value instanceof Uint8Array) return writer.rawView(value);
  if (!Array.isArray(value)) return writer.any(value);
  writer.arrayHeader(value.length);
  for (const element of value as readonly unknown[]) writeAny(writer, element);
}

function array(dtype: string, shape: readonly number[], values: ArrayBufferView): readonly unknown[] {
  return [dtype, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
}

/** Typed arrays as lists, so that tables of different types compare by their numbers. */
function comparable(outputs: EngineOutputs): EngineOutputs {
  const table = (rows: LogprobRows | undefined): LogprobRows | undefined =>
    rows && {
      ...rows,
      tokenIds: Array.from(rows.tokenIds),
      logprobs: Array.from(rows.logprobs),
      ranks: Array.from(rows.ranks),
    };
  const { schedulerStats: stats } = outputs;
  // The fixture leaves zeros out.
  const noneFetched = Object.values(stats?.kvFetchReqsByStage ?? {}).every((count) => count === 0);
  return {
    ...outputs,
    schedulerStats: stats && { ...stats, kvFetchReqsByStage: noneFetched ? undefined : stats.kvFetchReqsByStage },
    outputs: outputs.outputs.map((output) => ({
      ...output,
      logprobs: table(output.logprobs),
      promptLogprobs: table(output.promptLogprobs),
    })),
  };
}

type Wire = Record<string, unknown>;

/** The fixture's sparse snake_case form as the domain type. */
function expectedOutputs(decoded: unknown): EngineOutputs {
  const wire = decoded as Wire;
  const stats = wire['scheduler_stats'] as Wire | undefined;
  const cache = (stats?.['prefix_cache_stats'] ?? {}) as Wire;
  const utility = wire['utility_output'] as {
    call_id: string;
    failure_message: string | null;
    result: [null, unknown] | null;
  };
  return {
    engineIndex: wire['engine_index'],
    outputs: (wire['outputs'] as Wire[]).map(expectedOutput),
    timestamp: wire['timestamp'],
    schedulerStats: stats && {
      numRunningReqs: stats['num_running_reqs'] ?? 0,
      numWaitingReqs: stats['num_waiting_reqs'] ?? 0,
      numSkippedWaitingReqs: stats['num_skipped_waiting_reqs'] ?? 0,
      stepCounter: stats['step_counter'] ?? 0,
      currentWave: stats['current_wave'] ?? 0,
      kvCacheUsage: stats['kv_cache_usage'] ?? 0,
      prefixCacheStats: {
        reset: cache['reset'] ?? false,
        requests: cache['requests'] ?? 0,
        queries: cache['queries'] ?? 0,
        hits: cache['hits'] ?? 0,
      },
    },
    utilityOutput: (utility as unknown) && {
      callId: Number.isSafeInteger(Number(utility.call_id)) ? Number(utility.call_id) : BigInt(utility.call_id),
      failureMessage: utility.failure_message ?? undefined,
      result: utility.result?.[1],
    },
    finishedRequests: wire['finished_requests'],
    waveComplete: wire['wave_complete'],
    startWave: wire['start_wave'],
    weightVersion: wire['weight_version'],
  } as unknown as EngineOutputs;
}

function expectedOutput(wire: Wire): EngineOutput {
  const prefill = wire['prefill_stats'] as Wire | undefined;
  const events = wire['events'] as { type: number; timestamp: number }[] | undefined;
  return {
    requestId: wire['request_id'],
    newTokenIds: wire['new_token_ids'],
    logprobs: expectedRows(wire['new_logprobs'], 'sampled_token_ranks'),
    promptLogprobs: expectedRows(wire['new_prompt_logprobs_tensors'], 'selected_token_ranks'),
    finishReason: ['stop', 'length', 'abort', 'error', 'repetition'][wire['finish_reason'] as number],
    stopReason: wire['stop_reason'],
    events: events?.map(({ type, timestamp }) => ({ type: ['', 'queued', 'scheduled', 'preempted'][type], timestamp })),
    prefillStats: prefill && {
      numPromptTokens: prefill['num_prompt_tokens'] ?? 0,
      numComputedTokens: prefill['num_computed_tokens'] ?? 0,
      numCachedTokens: prefill['num_cached_tokens'] ?? 0,
      numLocalCachedTokens: prefill['num_local_cached_tokens'] ?? 0,
      numExternalCachedTokens: prefill['num_external_cached_tokens'] ?? 0,
      numCacheCreationTokens: prefill['num_cache_creation_tokens'] ?? 0,
    },
    traceHeaders: wire['trace_headers'],
  } as unknown as EngineOutput;
}

function expectedRows(wire: unknown, ranks: string): LogprobRows | undefined {
  if (!wire) return undefined;
  type Table = { readonly shape: [number, number]; readonly values: readonly number[] };
  const tables = wire as Readonly<Record<string, Table>>;
  const { shape, values } = tables['logprob_token_ids'];
  // The fixture prints nine digits of a float32: the nearest float32 is the value.
  const logprobs = tables['logprobs'].values.map((value) => Math.fround(value));
  return { rows: shape[0], columns: shape[1], tokenIds: values, logprobs, ranks: tables[ranks].values };
}

/** What is left of a message on a release that lacks some of its fields. */
function knownTo(structs: WireLayout['structs'], sent: EngineOutputs): EngineOutputs {
  const has = (field: string) => structs.EngineCoreOutput.includes(field);
  const { schedulerStats: stats } = sent;
  return {
    ...sent,
    weightVersion: structs.EngineCoreOutputs.includes('weight_version') ? sent.weightVersion : undefined,
    schedulerStats: stats && statsKnownTo(structs, stats),
    outputs: sent.outputs.map((output) => ({
      ...output,
      ecTransferParams: has('ec_transfer_params') ? output.ecTransferParams : undefined,
      specDecodeMetrics: has('spec_decode_metrics') ? output.specDecodeMetrics : undefined,
      error: has('error') ? output.error : undefined,
      prefillStats: prefillKnownTo(structs, output),
    })),
  };
}

function statsKnownTo(structs: WireLayout['structs'], stats: SchedulerStats): SchedulerStats {
  const has = (key: string) => structs.SchedulerStats.includes(key);
  const hasSources = structs.PrefixCacheStats.includes('hits_by_source');
  const cacheKnown = <T extends SchedulerStats['connectorPrefixCacheStats']>(cache: T) =>
    cache && { ...cache, hitsBySource: hasSources ? cache.hitsBySource : undefined };
  return {
    ...stats,
    numSkippedWaitingReqs: has('num_skipped_waiting_reqs') ? stats.numSkippedWaitingReqs : 0,
    prefixCacheStats: cacheKnown(stats.prefixCacheStats),
    connectorPrefixCacheStats: cacheKnown(stats.connectorPrefixCacheStats),
    kvFetchReqsByStage: has('num_kv_fetch_reqs_by_stage') ? stats.kvFetchReqsByStage : undefined,
  };
}

function prefillKnownTo(structs: WireLayout['structs'], { prefillStats }: EngineOutput): EngineOutput['prefillStats'] {
  if (!prefillStats) return undefined;
  const { numCachedTokens, numExternalCachedTokens, numCacheCreationTokens } = prefillStats;
  if (structs.EngineCoreOutput.includes('prefill_stats')) {
    const creation = structs.PrefillStats.includes('num_cache_creation_tokens');
    return { ...prefillStats, numCacheCreationTokens: creation ? numCacheCreationTokens : 0 };
  }
  if (numCachedTokens === 0 && numExternalCachedTokens === 0) return undefined;
  return {
    ...{ numPromptTokens: 0, numComputedTokens: 0, numLocalCachedTokens: 0, numCacheCreationTokens: 0 },
    ...{ numCachedTokens, numExternalCachedTokens },
  };
}
