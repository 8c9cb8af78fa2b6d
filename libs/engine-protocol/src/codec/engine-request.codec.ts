import type { EngineRequest } from '../engine-request.js';
import type { WireLayout } from '../layout/wire-layout.js';
import { inField, MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { fromLoraElements, toLoraElements } from './lora-request.codec.js';
import { readPromptEmbeds, toPrompt, writePromptEmbeds } from './prompt-embeds.codec.js';
import type { PromptEmbedsDraft } from './prompt-embeds.codec.js';
import { SamplingParamsCodec } from './sampling-params.codec.js';

type RequestDraft = {
  -readonly [K in Exclude<keyof EngineRequest, 'promptEmbeds'>]?: EngineRequest[K];
} & PromptEmbedsDraft;

interface Element {
  /** Absent: the element goes out as nil. `frames`: those so far, the first one being the payload's. */
  readonly write?: (writer: MsgpackWriter, request: EngineRequest, frames: Buffer[]) => void;
  /** Never called for nil. Absent: the element is stepped over. */
  readonly read?: (reader: MsgpackReader, draft: RequestDraft, frames: readonly Uint8Array[]) => void;
}

/** EngineCoreRequest: an array by position (engine protocol §5.2), here by the field names of one release's layout. */
export class EngineRequestCodec {
  private readonly writer = new MsgpackWriter();
  private readonly elements: readonly Element[];
  private readonly names: readonly string[];

  constructor(layout: WireLayout) {
    const { structs, requestDefaults = {} } = layout;
    this.names = structs.EngineCoreRequest;
    const table = elementTable(layout);
    this.elements = this.names.map((name) => table[name] ?? { write: (writer) => writer.any(requestDefaults[name]) });
  }

  encode(request: EngineRequest): Buffer[] {
    const frames: Buffer[] = [Buffer.alloc(0)];
    try {
      this.writer.arrayHeader(this.elements.length);
      for (const { write } of this.elements) {
        if (write) write(this.writer, request, frames);
        else this.writer.nil();
      }
      frames[0] = this.writer.take();
      return frames;
    } catch (error) {
      this.writer.discard();
      throw error;
    }
  }

  decode(frames: readonly Uint8Array[]): EngineRequest {
    const draft: RequestDraft = {};
    try {
      this.read(frames, draft);
      return complete(draft);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      throw new MalformedMessageError(error.message, { requestId: draft.requestId, cause: error });
    }
  }

  private read(frames: readonly Uint8Array[], draft: RequestDraft): void {
    const payload = frames[0];
    if (!payload) throw new MalformedMessageError('the request has no payload');
    const reader = new MsgpackReader(payload);
    const count = reader.readArrayHeader();
    for (let index = 0; index < count; index++) {
      const read = this.elements[index]?.read;
      if (reader.tryNil()) continue;
      if (read) inField(this.names[index], () => read(reader, draft, frames));
      else reader.skip();
    }
    reader.expectEnd();
  }
}

function complete(draft: RequestDraft): EngineRequest {
  const { requestId, sampling, arrivalTime, promptTokenIds, rows, isTokenId, ...rest } = draft;
  if (requestId === undefined) throw new MalformedMessageError('the request has no id');
  const prompt = toPrompt({ promptTokenIds, rows, isTokenId });
  if (!sampling) throw new MalformedMessageError('the request has no sampling parameters');
  if (arrivalTime === undefined) throw new MalformedMessageError('the request has no arrival time');
  return { ...rest, ...prompt, requestId, sampling, arrivalTime, priority: draft.priority ?? 0 };
}

function elementTable(layout: WireLayout): Readonly<Record<string, Element>> {
  const sampling = new SamplingParamsCodec(layout);
  return {
    request_id: {
      write: (writer, { requestId }) => writer.string(requestId),
      read: (reader, draft) => (draft.requestId = reader.readString()),
    },
    prompt_token_ids: {
      write(writer, { promptTokenIds, promptEmbeds }) {
        if (promptEmbeds && !promptEmbeds.isTokenId) writer.nil();
        else writer.ints(promptTokenIds);
      },
      read: (reader, draft) => (draft.promptTokenIds = reader.readInts()),
    },
    mm_features: {
      read(reader) {
        if (reader.readArrayHeader() > 0) throw new MalformedMessageError('multimodal input is not supported');
      },
    },
    sampling_params: {
      write: (writer, request) => sampling.write(writer, request.sampling),
      read: (reader, draft) => (draft.sampling = sampling.read(reader)),
    },
    pooling_params: { read: () => refuse('pooling is not supported') },
    arrival_time: {
      write: (writer, { arrivalTime }) => writer.float(arrivalTime),
      read: (reader, draft) => (draft.arrivalTime = reader.readFloat()),
    },
    lora_request: {
      write: (writer, { lora }) => writer.any(lora && toLoraElements(lora, layout)),
      read: (reader, draft) => (draft.lora = fromLoraElements(reader.readAny(), layout)),
    },
    cache_salt: {
      write: (writer, { cacheSalt }) => writer.any(cacheSalt),
      read: (reader, draft) => (draft.cacheSalt = reader.readString()),
    },
    data_parallel_rank: {
      write: (writer, { dataParallelRank }) => writer.any(dataParallelRank),
      read: (reader, draft) => (draft.dataParallelRank = reader.readInt()),
    },
    prompt_embeds: {
      write: writePromptEmbeds,
      read: (reader, draft, frames) => (draft.rows = readPromptEmbeds(reader, frames)),
    },
    prompt_is_token_ids: {
      write: (writer, { promptEmbeds }) => writer.any(promptEmbeds?.isTokenId),
      read: (reader, draft) => (draft.isTokenId = reader.readArray((element) => element.readBoolean())),
    },
    client_index: {
      write: (writer, { clientIndex }) => writer.int(clientIndex ?? 0),
      read: (reader, draft) => (draft.clientIndex = reader.readInt()),
    },
    current_wave: {
      write: (writer, { currentWave }) => writer.int(currentWave ?? 0),
      read: (reader, draft) => (draft.currentWave = reader.readInt()),
    },
    priority: {
      write: (writer, { priority }) => writer.int(priority),
      read: (reader, draft) => (draft.priority = reader.readInt()),
    },
    trace_headers: {
      write: (writer, { traceHeaders }) => writer.any(traceHeaders),
      read: (reader, draft) => (draft.traceHeaders = reader.readStringRecord()),
    },
    resumable: {
      write: (writer) => writer.boolean(false),
      read(reader) {
        if (reader.readBoolean()) refuse('streaming input is not supported');
      },
    },
    external_req_id: {
      write: (writer, { externalRequestId }) => writer.any(externalRequestId),
      read: (reader, draft) => (draft.externalRequestId = reader.readString()),
    },
    reasoning_ended: {
      write: (writer, { reasoningEnded }) => writer.any(reasoningEnded),
      read: (reader, draft) => (draft.reasoningEnded = reader.readBoolean()),
    },
    reasoning_parser_kwargs: {
      write: (writer, { reasoningParserKwargs }) => writer.any(reasoningParserKwargs),
      read: (reader, draft) => (draft.reasoningParserKwargs = reader.readRecord()),
    },
    abort_immediately: {
      write: (writer) => writer.boolean(false),
      read(reader) {
        if (reader.readBoolean()) refuse('there are no remote cache blocks to free');
      },
    },
    session_id: {
      write: (writer, { sessionId }) => writer.any(sessionId),
      read: (reader, draft) => (draft.sessionId = reader.readString()),
    },
  };
}

function refuse(reason: string): never {
  throw new MalformedMessageError(reason);
}
