import type {
  EngineEvent,
  EngineOutput,
  EngineRequestFault,
  FinishReason,
  PrefillStats,
  SpecDecodeMetrics,
} from '../engine-output.js';
import type { WireLayout } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { readLogprobRows, writeLogprobsLists, writeLogprobsTensors } from './logprobs.codec.js';
import { readWireArray, writeWireArray } from './wire-array.js';

/** Position = value on the wire. */
const FINISH_REASONS: readonly FinishReason[] = ['stop', 'length', 'abort', 'error', 'repetition'];
const EVENT_TYPES = [undefined, 'queued', 'scheduled', 'preempted'] as const;

const PREFILL_STATS = {
  num_prompt_tokens: 'numPromptTokens',
  num_computed_tokens: 'numComputedTokens',
  num_cached_tokens: 'numCachedTokens',
  num_local_cached_tokens: 'numLocalCachedTokens',
  num_external_cached_tokens: 'numExternalCachedTokens',
  num_cache_creation_tokens: 'numCacheCreationTokens',
} as const;

type Draft = { -readonly [K in keyof EngineOutput]: EngineOutput[K] };
type Structs = WireLayout['structs'];
type Write = (writer: MsgpackWriter, output: EngineOutput, auxiliary: Buffer[], structs: Structs) => void;
/** Never called for nil. */
type Read = (reader: MsgpackReader, draft: Draft, frames: readonly Uint8Array[]) => void;

/** EngineCoreOutput: an array by position that changed in most releases (engine protocol §5.4). Reading it is the hot path of a front end. */
export class EngineOutputCodec {
  private readonly writers: readonly (Write | undefined)[];
  private readonly readers: readonly (Read | undefined)[];

  constructor(private readonly layout: WireLayout) {
    const names = layout.structs.EngineCoreOutput;
    this.writers = names.map((name) => WRITERS[name]);
    this.readers = names.map((name) => READERS[name]);
  }

  write(writer: MsgpackWriter, output: EngineOutput, auxiliary: Buffer[]): void {
    writer.arrayHeader(this.writers.length);
    for (const write of this.writers) {
      if (write) write(writer, output, auxiliary, this.layout.structs);
      else writer.nil();
    }
  }

  /** Elements beyond the layout, and those the port has no place for, are stepped over. */
  read(reader: MsgpackReader, frames: readonly Uint8Array[]): EngineOutput {
    const count = reader.readArrayHeader();
    if (count < 2) throw new MalformedMessageError(`an output has at least 2 elements, not ${count}`);
    const draft: Draft = { requestId: reader.readString(), newTokenIds: reader.readInts() };
    for (let index = 2; index < count; index++) {
      if (reader.tryNil()) continue;
      const read = this.readers[index];
      if (read) read(reader, draft, frames);
      else reader.skip();
    }
    return draft;
  }
}

const WRITERS: Readonly<Record<string, Write | undefined>> = {
  request_id: (writer, { requestId }) => writer.string(requestId),
  new_token_ids: (writer, { newTokenIds }) => writer.ints(newTokenIds),
  new_logprobs(writer, { logprobs }, auxiliary, structs) {
    if (logprobs) writeLogprobsLists(writer, logprobs, auxiliary, structs.LogprobsLists.length);
    else writer.nil();
  },
  new_prompt_logprobs_tensors(writer, { promptLogprobs }, auxiliary, structs) {
    if (promptLogprobs) writeLogprobsTensors(writer, promptLogprobs, auxiliary, structs.LogprobsTensors.length);
    else writer.nil();
  },
  finish_reason(writer, { finishReason }) {
    if (finishReason) writer.int(FINISH_REASONS.indexOf(finishReason));
    else writer.nil();
  },
  stop_reason: (writer, { stopReason }) => writer.any(stopReason),
  events(writer, { events }) {
    if (!events) return writer.nil();
    writer.arrayHeader(events.length);
    for (const { type, timestamp } of events) {
      writer.mapHeader(2);
      writer.string('type');
      writer.int(EVENT_TYPES.indexOf(type));
      writer.string('timestamp');
      writer.float(timestamp);
    }
  },
  kv_transfer_params: (writer, { kvTransferParams }) => writer.any(kvTransferParams),
  ec_transfer_params: (writer, { ecTransferParams }) => writer.any(ecTransferParams),
  trace_headers: (writer, { traceHeaders }) => writer.any(traceHeaders),
  prefill_stats(writer, { prefillStats }, _auxiliary, { PrefillStats: keys }) {
    if (!prefillStats) return writer.nil();
    writer.mapHeader(keys.length, keys.length);
    for (const key of keys) {
      writer.string(key);
      writer.int(isPrefillKey(key) ? prefillStats[PREFILL_STATS[key]] : 0);
    }
  },
  // 0.17 to 0.19: two numbers in place of prefill_stats.
  num_cached_tokens: (writer, { prefillStats }) => writer.int(prefillStats?.numCachedTokens ?? 0),
  num_external_computed_tokens: (writer, { prefillStats }) => writer.int(prefillStats?.numExternalCachedTokens ?? 0),
  routed_experts(writer, { routedExperts }, auxiliary) {
    if (routedExperts) writeWireArray(writer, routedExperts, auxiliary);
    else writer.nil();
  },
  num_nans_in_logits: (writer) => writer.int(0),
  spec_decode_metrics(writer, { specDecodeMetrics: metrics }) {
    writer.any(
      metrics && {
        num_spec_tokens: metrics.numSpecTokens,
        histogram: metrics.histogram,
        num_draft_tokens: metrics.numDraftTokens,
        per_step_accepted: metrics.perStepAccepted,
        per_step_drafted: metrics.perStepDrafted,
      },
    );
  },
  error: (writer, { error }) =>
    writer.any(error && { code: error.code, message: error.message, retryable: error.retryable }),
};

const READERS: Readonly<Record<string, Read | undefined>> = {
  new_logprobs: (reader, draft, frames) => (draft.logprobs = readLogprobRows(reader, frames)),
  new_prompt_logprobs_tensors: (reader, draft, frames) => (draft.promptLogprobs = readLogprobRows(reader, frames)),
  // A reason of a later release ends the request all the same.
  finish_reason: (reader, draft) => (draft.finishReason = FINISH_REASONS[reader.readInt()] ?? 'error'),
  stop_reason(reader, draft) {
    draft.stopReason = reader.nextIsString() ? reader.readString() : reader.readInt();
  },
  events: (reader, draft) => (draft.events = readEvents(reader)),
  kv_transfer_params: (reader, draft) => (draft.kvTransferParams = reader.readRecord()),
  ec_transfer_params: (reader, draft) => (draft.ecTransferParams = reader.readRecord()),
  trace_headers: (reader, draft) => (draft.traceHeaders = reader.readStringRecord()),
  prefill_stats: (reader, draft) => (draft.prefillStats = readPrefillStats(reader)),
  num_cached_tokens(reader, draft) {
    const numCachedTokens = reader.readInt();
    if (numCachedTokens > 0) draft.prefillStats = { ...NO_PREFILL, ...draft.prefillStats, numCachedTokens };
  },
  num_external_computed_tokens(reader, draft) {
    const numExternalCachedTokens = reader.readInt();
    if (numExternalCachedTokens > 0) {
      draft.prefillStats = { ...NO_PREFILL, ...draft.prefillStats, numExternalCachedTokens };
    }
  },
  routed_experts: (reader, draft, frames) => (draft.routedExperts = readWireArray(reader, frames)),
  spec_decode_metrics: (reader, draft) => (draft.specDecodeMetrics = readSpecDecodeMetrics(reader)),
  error: (reader, draft) => (draft.error = readFault(reader)),
};

const NO_PREFILL: PrefillStats = {
  numPromptTokens: 0,
  numComputedTokens: 0,
  numCachedTokens: 0,
  numLocalCachedTokens: 0,
  numExternalCachedTokens: 0,
  numCacheCreationTokens: 0,
};

function isPrefillKey(key: string): key is keyof typeof PREFILL_STATS {
  return Object.hasOwn(PREFILL_STATS, key);
}

function readPrefillStats(reader: MsgpackReader): PrefillStats {
  const stats: { -readonly [K in keyof PrefillStats]: number } = { ...NO_PREFILL };
  reader.readMap((key) => {
    if (isPrefillKey(key)) stats[PREFILL_STATS[key]] = reader.readInt();
    else reader.skip();
  });
  return stats;
}

/** Events of a type this front end does not know are dropped. */
function readEvents(reader: MsgpackReader): EngineEvent[] {
  const events: EngineEvent[] = [];
  for (let left = reader.readArrayHeader(); left > 0; left--) {
    let type = 0;
    let timestamp = 0;
    reader.readMap((key) => {
      if (key === 'type') type = reader.readInt();
      else if (key === 'timestamp') timestamp = reader.readFloat();
      else reader.skip();
    });
    const known = EVENT_TYPES[type];
    if (known) events.push({ type: known, timestamp });
  }
  return events;
}

function readSpecDecodeMetrics(reader: MsgpackReader): SpecDecodeMetrics {
  const metrics: { -readonly [K in keyof SpecDecodeMetrics]: SpecDecodeMetrics[K] } = {
    numSpecTokens: 0,
    histogram: [],
    numDraftTokens: 0,
    perStepAccepted: [],
    perStepDrafted: [],
  };
  reader.readMap((key) => {
    if (key === 'num_spec_tokens') metrics.numSpecTokens = reader.readInt();
    else if (key === 'histogram') metrics.histogram = reader.readInts();
    else if (key === 'num_draft_tokens') metrics.numDraftTokens = reader.readInt();
    else if (key === 'per_step_accepted') metrics.perStepAccepted = reader.readInts();
    else if (key === 'per_step_drafted') metrics.perStepDrafted = reader.readInts();
    else reader.skip();
  });
  return metrics;
}

function readFault(reader: MsgpackReader): EngineRequestFault {
  const fault = { code: 'internal_error', message: '', retryable: false };
  reader.readMap((key) => {
    if (key === 'code' || key === 'message') fault[key] = reader.readString();
    else if (key === 'retryable') fault.retryable = reader.readBoolean();
    else reader.skip();
  });
  return fault;
}
