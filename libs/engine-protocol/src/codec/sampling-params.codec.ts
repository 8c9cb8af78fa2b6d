import { inField, MalformedMessageError } from '../malformed-message.error.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import type { WireLayout } from '../layout/wire-layout.js';
import { samplingRules } from '../rules/sampling.rules.js';
import type { SamplingParams } from '../sampling-params.js';
import { resolveSamplingParams, type SamplingDraft } from './resolve-sampling-params.js';
import { readStructuredOutputs, writeStructuredOutputs } from './structured-outputs.codec.js';

const OUTPUT_KINDS = ['cumulative', 'delta', 'final-only'] as const;

/** Below this temperature vLLM decodes greedily and resets top_p, top_k and min_p, which therefore are not sent. */
const GREEDY_BELOW = 1e-5;

/** How one key of the SamplingParams map is written and read. Only keys with a writer are ever sent. */
interface Field {
  /** False: equal to the default that the engine fills in. Python sends some defaults all the same (§4); so do we. */
  readonly sent?: (params: SamplingParams) => boolean;
  readonly write?: (writer: MsgpackWriter, params: SamplingParams) => void;
  /** Never called for nil. */
  readonly read: (reader: MsgpackReader, draft: SamplingDraft) => void;
}

/** SamplingParams: a map without default-valued keys, in the order of the release's class (engine protocol §5.6). */
export class SamplingParamsCodec {
  private readonly fields: ReadonlyMap<string, Field>;
  private readonly writers: readonly { readonly key: string; readonly field: Required<Field> }[];

  constructor(private readonly layout: WireLayout) {
    this.fields = new Map(Object.entries(fieldTable(layout.structs.StructuredOutputsParams)));
    this.writers = layout.structs.SamplingParams.flatMap((key) => {
      const field = this.fields.get(key);
      return field && canWrite(field) ? [{ key, field }] : [];
    });
  }

  write(writer: MsgpackWriter, params: SamplingParams): void {
    const sent = this.writers.filter(({ field }) => field.sent(params));
    writer.mapHeader(sent.length, this.layout.structs.SamplingParams.length);
    for (const { key, field } of sent) {
      writer.string(key);
      field.write(writer, params);
    }
  }

  /** Unknown keys are ignored, missing ones take their defaults. Throws MalformedMessageError, for a broken rule too. */
  read(reader: MsgpackReader): SamplingParams {
    const draft: SamplingDraft = {};
    reader.readMap((key) => {
      const field = this.fields.get(key);
      if (!field) {
        reader.skip();
      } else if (reader.tryNil()) {
        if (NOT_NULLABLE.has(key)) throw new MalformedMessageError(`${key} must not be null`);
      } else {
        inField(key, () => field.read(reader, draft));
      }
    });
    return resolveSamplingParams(draft, samplingRules(this.layout));
  }
}

/** Absent means 16 for max_tokens, and null is an error (§5.6); the others are not optional in vLLM's class either. */
const NOT_NULLABLE: ReadonlySet<string> = new Set([
  ...['n', 'presence_penalty', 'frequency_penalty', 'repetition_penalty', 'temperature', 'top_p', 'top_k', 'min_p'],
  ...['max_tokens', 'min_tokens', 'ignore_eos', 'detokenize', 'skip_special_tokens', 'spaces_between_special_tokens'],
  ...['include_stop_str_in_output', 'output_kind', '_all_stop_token_ids', 'routed_experts_prompt_start'],
]);

function canWrite(field: Field): field is Required<Field> {
  return field.sent !== undefined && field.write !== undefined;
}

const always = (): boolean => true;

/** One less than the longest stop string, in code points; 0 when the matched string is shown. */
function heldBackLength({ stop, includeStopStrInOutput }: SamplingParams): number {
  return includeStopStrInOutput ? 0 : Math.max(1, ...stop.map((text) => [...text].length)) - 1;
}

function fieldTable(structuredOutputs: readonly string[]): Readonly<Record<string, Field>> {
  return {
    n: {
      read(reader) {
        if (reader.readInt() < 1) throw new MalformedMessageError('n must be at least 1');
      },
    },
    presence_penalty: {
      sent: always,
      write: (writer, { presencePenalty }) => writer.float(presencePenalty),
      read: (reader, draft) => (draft.presencePenalty = reader.readFloat()),
    },
    frequency_penalty: {
      sent: always,
      write: (writer, { frequencyPenalty }) => writer.float(frequencyPenalty),
      read: (reader, draft) => (draft.frequencyPenalty = reader.readFloat()),
    },
    repetition_penalty: {
      sent: always,
      write: (writer, { repetitionPenalty }) => writer.float(repetitionPenalty),
      read: (reader, draft) => (draft.repetitionPenalty = reader.readFloat()),
    },
    temperature: {
      sent: always,
      write: (writer, { temperature }) => writer.float(temperature),
      read: (reader, draft) => (draft.temperature = reader.readFloat()),
    },
    // Python's server turns it off where no watermark is configured; the default of 0.30 and 0.31 is on.
    watermarking: {
      sent: always,
      write: (writer, { watermarking }) => writer.boolean(watermarking ?? false),
      read: (reader, draft) => (draft.watermarking = reader.readBoolean()),
    },
    top_p: {
      sent: ({ topP }) => topP !== 1,
      write: (writer, { topP }) => writer.float(topP),
      read: (reader, draft) => (draft.topP = reader.readFloat()),
    },
    top_k: {
      sent: ({ topK }) => topK !== 0,
      write: (writer, { topK }) => writer.int(topK),
      read: (reader, draft) => (draft.topK = reader.readInt()),
    },
    min_p: {
      sent: ({ minP, temperature }) => minP !== 0 || temperature >= GREEDY_BELOW,
      write: (writer, { minP }) => writer.float(minP),
      read: (reader, draft) => (draft.minP = reader.readFloat()),
    },
    seed: {
      sent: ({ seed }) => seed !== undefined,
      write: (writer, { seed }) => writer.int(seed!),
      read: (reader, draft) => (draft.seed = reader.readIntOrBigInt()),
    },
    stop: {
      sent: always,
      write: (writer, { stop }) => writer.strings(stop),
      read: (reader, draft) => (draft.stop = reader.nextIsString() ? [reader.readString()] : reader.readStrings()),
    },
    stop_token_ids: {
      sent: always,
      write: (writer, { stopTokenIds }) => writer.ints(stopTokenIds),
      read: (reader, draft) => (draft.stopTokenIds = reader.readInts()),
    },
    ignore_eos: {
      sent: ({ ignoreEos }) => ignoreEos,
      write: (writer, { ignoreEos }) => writer.boolean(ignoreEos),
      read: (reader, draft) => (draft.ignoreEos = reader.readBoolean()),
    },
    max_tokens: {
      sent: ({ maxTokens }) => maxTokens !== 16,
      write: (writer, { maxTokens }) => writer.int(maxTokens),
      read: (reader, draft) => (draft.maxTokens = reader.readInt()),
    },
    min_tokens: {
      sent: ({ minTokens }) => minTokens !== 0,
      write: (writer, { minTokens }) => writer.int(minTokens),
      read: (reader, draft) => (draft.minTokens = reader.readInt()),
    },
    logprobs: {
      sent: ({ logprobs }) => logprobs !== undefined,
      write: (writer, { logprobs }) => writer.int(logprobs!),
      read: (reader, draft) => (draft.logprobs = reader.readInt()),
    },
    prompt_logprobs: {
      sent: ({ promptLogprobs }) => promptLogprobs !== undefined,
      write: (writer, { promptLogprobs }) => writer.int(promptLogprobs!),
      read: (reader, draft) => (draft.promptLogprobs = reader.readInt()),
    },
    prompt_logprob_token_ids: { read: () => refuse('prompt_logprob_token_ids') },
    logprob_token_ids: {
      sent: ({ logprobTokenIds }) => logprobTokenIds !== undefined,
      write: (writer, { logprobTokenIds }) => writer.ints(logprobTokenIds!),
      read: (reader, draft) => (draft.logprobTokenIds = reader.readInts()),
    },
    detokenize: {
      sent: ({ detokenize }) => !detokenize,
      write: (writer, { detokenize }) => writer.boolean(detokenize),
      read: (reader, draft) => (draft.detokenize = reader.readBoolean()),
    },
    skip_special_tokens: {
      sent: ({ skipSpecialTokens }) => !skipSpecialTokens,
      write: (writer, { skipSpecialTokens }) => writer.boolean(skipSpecialTokens),
      read: (reader, draft) => (draft.skipSpecialTokens = reader.readBoolean()),
    },
    spaces_between_special_tokens: {
      sent: ({ spacesBetweenSpecialTokens }) => !spacesBetweenSpecialTokens,
      write: (writer, { spacesBetweenSpecialTokens }) => writer.boolean(spacesBetweenSpecialTokens),
      read: (reader, draft) => (draft.spacesBetweenSpecialTokens = reader.readBoolean()),
    },
    include_stop_str_in_output: {
      sent: ({ includeStopStrInOutput }) => includeStopStrInOutput,
      write: (writer, { includeStopStrInOutput }) => writer.boolean(includeStopStrInOutput),
      read: (reader, draft) => (draft.includeStopStrInOutput = reader.readBoolean()),
    },
    output_kind: {
      sent: ({ outputKind }) => outputKind !== 'cumulative',
      write: (writer, { outputKind }) => writer.int(OUTPUT_KINDS.indexOf(outputKind)),
      read(reader, draft) {
        draft.outputKind = OUTPUT_KINDS[reader.readInt()];
        if (draft.outputKind === undefined) throw new MalformedMessageError('output_kind must be 0, 1 or 2');
      },
    },
    stream_interval: {
      sent: ({ streamInterval }) => streamInterval !== undefined,
      write: (writer, { streamInterval }) => writer.int(streamInterval!),
      read: (reader, draft) => (draft.streamInterval = reader.readInt()),
    },
    // Private to Python, which sends it from its HTTP server.
    // Characters that the front end holds back; the engine has no use for it.
    output_text_buffer_length: {
      sent: (params) => heldBackLength(params) > 0,
      write: (writer, params) => writer.int(heldBackLength(params)),
      read: (reader) => reader.skip(),
    },
    skip_clone: { sent: always, write: (writer) => writer.boolean(true), read: (reader) => reader.skip() },
    _eos_token_id: {
      sent: ({ eosTokenId }) => eosTokenId !== undefined,
      write: (writer, { eosTokenId }) => writer.int(eosTokenId!),
      read: (reader, draft) => (draft.eosTokenId = reader.readInt()),
    },
    _all_stop_token_ids: {
      sent: ({ allStopTokenIds }) => allStopTokenIds.length > 0,
      write: (writer, { allStopTokenIds }) => writer.ints(allStopTokenIds),
      read: (reader, draft) => (draft.allStopTokenIds = reader.readInts()),
    },
    structured_outputs: {
      sent: (params) => params.structuredOutputs !== undefined,
      write: (writer, params) => writeStructuredOutputs(writer, params.structuredOutputs!, structuredOutputs),
      read: (reader, draft) => (draft.structuredOutputs = readStructuredOutputs(reader)),
    },
    logit_bias: {
      sent: ({ logitBias }) => logitBias !== undefined,
      write(writer, { logitBias }) {
        writer.mapHeader(logitBias!.size);
        for (const [token, bias] of logitBias!) {
          writer.int(token);
          writer.float(bias);
        }
      },
      read(reader, draft) {
        draft.logitBias = new Map();
        for (let left = reader.readMapHeader(); left > 0; left--) {
          const token = reader.readInt();
          draft.logitBias.set(token, reader.readFloat());
        }
      },
    },
    allowed_token_ids: {
      sent: ({ allowedTokenIds }) => allowedTokenIds !== undefined,
      write: (writer, { allowedTokenIds }) => writer.ints(allowedTokenIds!),
      read: (reader, draft) => (draft.allowedTokenIds = reader.readInts()),
    },
    extra_args: {
      sent: ({ extraArgs }) => extraArgs !== undefined,
      write: (writer, { extraArgs }) => writer.any(extraArgs),
      read: (reader, draft) => (draft.extraArgs = reader.readRecord()),
    },
    bad_words: {
      sent: always,
      write: (writer, { badWords }) => writer.strings(badWords),
      read: (reader, draft) => (draft.badWords = reader.readStrings()),
    },
    _bad_words_token_ids: {
      sent: ({ badWordsTokenIds }) => badWordsTokenIds !== undefined,
      write(writer, { badWordsTokenIds }) {
        writer.arrayHeader(badWordsTokenIds!.length);
        for (const sequence of badWordsTokenIds!) writer.ints(sequence);
      },
      read: (reader, draft) => (draft.badWordsTokenIds = reader.readArray((sequence) => sequence.readInts())),
    },
    skip_reading_prefix_cache: {
      sent: always,
      write: (writer, { skipReadingPrefixCache }) => writer.boolean(skipReadingPrefixCache),
      read: (reader, draft) => (draft.skipReadingPrefixCache = reader.readBoolean()),
    },
    thinking_token_budget: {
      sent: ({ thinkingTokenBudget }) => thinkingTokenBudget !== undefined,
      write: (writer, { thinkingTokenBudget }) => writer.int(thinkingTokenBudget!),
      read: (reader, draft) => (draft.thinkingTokenBudget = reader.readInt()),
    },
    repetition_detection: {
      sent: ({ repetitionDetection }) => repetitionDetection !== undefined,
      write(writer, { repetitionDetection }) {
        const { maxPatternSize, minPatternSize, minCount } = repetitionDetection!;
        const sizes = { max_pattern_size: maxPatternSize, min_pattern_size: minPatternSize, min_count: minCount };
        writer.mapHeader(3);
        for (const [key, size] of Object.entries(sizes)) {
          writer.string(key);
          writer.int(size);
        }
      },
      read(reader, draft) {
        const sizes = new Map<string, number>();
        reader.readMap((key) => sizes.set(key, reader.readInt()));
        draft.repetitionDetection = {
          maxPatternSize: sizes.get('max_pattern_size') ?? 0,
          minPatternSize: sizes.get('min_pattern_size') ?? 0,
          minCount: sizes.get('min_count') ?? 0,
        };
      },
    },
    routed_experts_prompt_start: {
      sent: ({ routedExpertsPromptStart }) => (routedExpertsPromptStart ?? 0) !== 0,
      write: (writer, { routedExpertsPromptStart }) => writer.int(routedExpertsPromptStart!),
      read: (reader, draft) => (draft.routedExpertsPromptStart = reader.readInt()),
    },
    trace_decode_token_ids: { read: () => refuse('trace_decode_token_ids') },
  };
}

/** Ignoring it would change the answer without a word. */
function refuse(key: string): never {
  throw new MalformedMessageError(`${key} is not supported`);
}
