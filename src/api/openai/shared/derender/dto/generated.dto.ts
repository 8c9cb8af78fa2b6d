import type { FinishReason } from '@app/engine-protocol';
import {
  anything,
  dict,
  Field,
  int,
  IsDictOf,
  IsAnything,
  IsLaxBool,
  IsLaxInt,
  IsLaxNumber,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  model,
  nullable,
  text,
} from '@server/http/validation/index';

const FINISH_REASONS = ['stop', 'length', 'abort', 'error', 'repetition'] as const;
const tokenId = int({ ge: 0 });
/** Finite: JSON of this server's answers has no other numbers. */
const FINITE = { ge: -Number.MAX_VALUE, le: Number.MAX_VALUE };

/** A token and how likely it was. Its text is ours to find. */
export class GeneratedLogprob {
  @IsLaxInt({ required: true, ge: 0 })
  readonly token_id!: number;

  @IsLaxNumber({ required: true, ...FINITE })
  readonly logprob!: number;

  @IsLaxInt({ nullable: true })
  readonly rank?: number;
}

/** One position of an output. */
export class GeneratedPosition extends GeneratedLogprob {
  /** In the engine's order, the token itself first; empty when the engine gave no probabilities. */
  @IsListOf(model(GeneratedLogprob), { default: [] })
  readonly top_logprobs!: readonly GeneratedLogprob[];
}

export class GeneratedLogprobs {
  @IsListOf(model(GeneratedPosition), { nullable: true })
  readonly content?: readonly GeneratedPosition[];
}

class GeneratedOutput {
  @IsLaxInt({ required: true })
  readonly index!: number;

  /** Stop token or stop string. */
  @IsUnionOf([int(), text()], { nullable: true })
  readonly stop_reason?: number | string;

  @IsListOf(tokenId, { nullable: true })
  readonly token_ids?: readonly number[];

  @Field(model(GeneratedLogprobs), { nullable: true })
  readonly logprobs?: GeneratedLogprobs;
}

/** A whole output. */
export class GeneratedChoice extends GeneratedOutput {
  @IsLiteral(FINISH_REASONS, { nullable: true, default: 'stop' })
  readonly finish_reason?: FinishReason;
}

/** The next tokens of an output. */
export class GeneratedChunkChoice extends GeneratedOutput {
  @IsLiteral(FINISH_REASONS, { nullable: true })
  readonly finish_reason?: FinishReason;
}

class GeneratedPromptLogprob {
  @IsLaxNumber({ required: true, ...FINITE })
  readonly logprob!: number;

  @IsLaxInt({ nullable: true })
  readonly rank?: number;

  @IsLaxString({ nullable: true })
  readonly decoded_token?: string;
}

/** What the caller may know of times; shown as it is. */
export class GeneratedMetrics {
  @IsLaxNumber({ nullable: true, ...FINITE })
  readonly time_to_first_token_ms?: number;

  @IsLaxNumber({ nullable: true, ...FINITE })
  readonly generation_time_ms?: number;

  @IsLaxNumber({ nullable: true, ...FINITE })
  readonly queue_time_ms?: number;

  @IsLaxNumber({ nullable: true, ...FINITE })
  readonly mean_itl_ms?: number;

  @IsLaxNumber({ nullable: true, ...FINITE })
  readonly tokens_per_second?: number;

  @IsAnything({ nullable: true })
  readonly speculative_decoding?: unknown;
}

class Generated {
  @IsLaxString({})
  readonly request_id?: string;

  @IsListOf(tokenId, { nullable: true })
  readonly prompt_token_ids?: readonly number[];

  @Field(model(GeneratedMetrics), { nullable: true })
  readonly metrics?: GeneratedMetrics;

  /** Other modes have their text already. */
  @IsLiteral(['tokens'], { default: 'tokens' })
  readonly output_mode!: 'tokens';
}

/** An answer of `/inference/v1/generate` (routes.md §6). */
export class GeneratedResponse extends Generated {
  @IsListOf(nullable(dict(model(GeneratedPromptLogprob))), { nullable: true })
  readonly prompt_logprobs?: readonly (Record<string, GeneratedPromptLogprob> | undefined)[];

  @IsDictOf(anything(), { nullable: true })
  readonly kv_transfer_params?: Record<string, unknown>;

  @IsListOf(model(GeneratedChoice), { required: true })
  readonly choices!: readonly GeneratedChoice[];
}

export class GeneratedUsage {
  @IsLaxInt({ default: 0 })
  readonly prompt_tokens!: number;

  @IsLaxInt({ nullable: true, default: 0 })
  readonly completion_tokens?: number;
}

/** An event of `/inference/v1/generate` as a stream. */
export class GeneratedChunk extends Generated {
  @Field(model(GeneratedUsage), { nullable: true })
  readonly usage?: GeneratedUsage;

  @IsListOf(model(GeneratedChunkChoice), { required: true })
  readonly choices!: readonly GeneratedChunkChoice[];
}

/** Most pieces that wait for the rest of a character. */
const MAX_WINDOW = 1024;

/** What the caller carries from one chunk of an output to the next; this server keeps nothing of it (other-endpoints.md §7). */
export class DerenderStreamState {
  /** Pieces of the vocabulary: the end of the text so far. */
  @IsListOf(text(), { default: [], maxItems: MAX_WINDOW })
  readonly prev_tokens!: readonly string[];

  @IsLaxInt({ default: 0, ge: 0 })
  readonly prefix_offset!: number;

  @IsLaxInt({ default: 0, ge: 0 })
  readonly read_offset!: number;

  @IsLaxBool({ default: false })
  readonly role_sent!: boolean;

  @IsListOf(int(), { default: [], maxItems: 4 })
  readonly logprob_context_token_ids!: readonly number[];

  /** In code points. */
  @IsLaxInt({ default: 0, ge: 0 })
  readonly logprob_text_offset!: number;

  /** With parsers: every token so far, to be read again. */
  @IsListOf(tokenId, { default: [] })
  readonly output_token_ids!: readonly number[];

  @IsListOf(int({ gt: 0 }), { default: [] })
  readonly output_chunk_lens!: readonly number[];

  @IsLaxBool({ default: false })
  readonly tools_streamed!: boolean;

  /** By index of the call. */
  @IsListOf(text(), { default: [] })
  readonly last_tool_call_ids!: readonly string[];
}
