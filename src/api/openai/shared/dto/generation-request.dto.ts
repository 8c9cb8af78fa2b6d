import {
  anything,
  Field,
  int,
  int64,
  IsDictOf,
  IsLaxBool,
  IsLaxInt,
  IsLaxInt64,
  IsLaxNumber,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  list,
  model,
  number,
  text,
  union,
} from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';
import {
  RepetitionDetectionParams,
  ResponseFormat,
  StreamOptions,
  StructuredOutputsParams,
} from '@server/language/dto/generation-options.dto';

/** Most stop strings a request may have (vLLM's VLLM_MAX_STOP_STRINGS). */
const MAX_STOP_STRINGS = 4;

/** Integers stay exact; their range is checked with the sampling parameters. */
const extraArgument = union([text(), int64({}), number()]);

/** An empty list asks for nothing. */
function idsOrNone(): Schema<number[] | undefined> {
  const ids = list(int());
  return {
    ...ids,
    check(value, context) {
      const found = ids.check(value, context);
      return found?.length === 0 ? undefined : found;
    },
  };
}

/** Fields that completions and chat share, with the same type, default and meaning (completions-and-chat.md §1, §2). */
export class GenerationRequest {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  @IsLaxNumber({ nullable: true })
  readonly frequency_penalty?: number;

  @IsLaxNumber({ nullable: true })
  readonly presence_penalty?: number;

  @IsDictOf(number(), { nullable: true })
  readonly logit_bias?: Record<string, number>;

  @IsLaxInt64({ nullable: true })
  readonly seed?: number | bigint;

  @IsUnionOf([text(), list(text(), { maxItems: MAX_STOP_STRINGS })], { nullable: true })
  readonly stop?: string | string[];

  @IsLaxBool({ nullable: true, default: false })
  readonly stream?: boolean;

  @Field(model(StreamOptions), { nullable: true })
  readonly stream_options?: StreamOptions;

  @IsLaxInt({ nullable: true, ge: 1 })
  readonly stream_interval?: number;

  @IsLaxNumber({ nullable: true })
  readonly temperature?: number;

  @IsLaxNumber({ nullable: true })
  readonly top_p?: number;

  @IsLaxInt({ nullable: true })
  readonly top_k?: number;

  @IsLaxNumber({ nullable: true })
  readonly min_p?: number;

  @IsLaxNumber({ nullable: true })
  readonly repetition_penalty?: number;

  @IsLaxNumber({ default: 1 })
  readonly length_penalty!: number;

  @IsLaxBool({ default: false })
  readonly use_beam_search!: boolean;

  @IsListOf(int(), { nullable: true, default: [] })
  readonly stop_token_ids?: number[];

  @IsLaxBool({ default: false })
  readonly include_stop_str_in_output!: boolean;

  @IsLaxBool({ default: false })
  readonly ignore_eos!: boolean;

  @IsLaxInt({ default: 0 })
  readonly min_tokens!: number;

  @IsLaxBool({ nullable: true })
  readonly skip_special_tokens?: boolean;

  @IsLaxBool({ default: true })
  readonly spaces_between_special_tokens!: boolean;

  @IsLaxBool({ nullable: true })
  readonly watermarking?: boolean;

  @IsLaxInt({ nullable: true, ge: -1, le: 2n ** 63n - 1n })
  readonly truncate_prompt_tokens?: number;

  @IsLiteral(['left', 'right'], { nullable: true })
  readonly truncation_side?: 'left' | 'right';

  @IsLaxInt({ nullable: true })
  readonly prompt_logprobs?: number;

  @Field(idsOrNone(), { nullable: true })
  readonly logprob_token_ids?: number[];

  @IsListOf(int(), { nullable: true })
  readonly allowed_token_ids?: number[];

  @IsListOf(text(), { default: [] })
  readonly bad_words!: string[];

  @Field(model(ResponseFormat), { nullable: true })
  readonly response_format?: ResponseFormat;

  @Field(model(StructuredOutputsParams), { nullable: true })
  readonly structured_outputs?: StructuredOutputsParams;

  @IsLaxInt64({ default: 0 })
  readonly priority!: number | bigint;

  @IsLaxString({})
  readonly request_id?: string;

  @IsLaxString({ nullable: true })
  readonly session_id?: string;

  @IsLaxBool({ nullable: true })
  readonly return_tokens_as_token_ids?: boolean;

  @IsLaxBool({ nullable: true })
  readonly return_token_ids?: boolean;

  @IsLaxBool({ default: false })
  readonly return_weight_versions!: boolean;

  @IsLaxInt({ default: 0, ge: 0 })
  readonly routed_experts_prompt_start!: number;

  @IsLaxBool({ nullable: true, default: false })
  readonly return_token_offsets?: boolean;

  @IsLiteral(['tensors', 'none'], { default: 'tensors' })
  readonly mm_payload!: 'tensors' | 'none';

  /** Older name: false is `mm_payload: none`. */
  @IsLaxBool({ nullable: true })
  readonly return_mm_kwargs?: boolean;

  @IsLaxString({ nullable: true })
  readonly cache_salt?: string;

  @IsDictOf(anything(), { nullable: true })
  readonly kv_transfer_params?: Record<string, unknown>;

  @IsDictOf(anything(), { nullable: true })
  readonly ec_transfer_params?: Record<string, unknown>;

  @IsDictOf(union([extraArgument, list(extraArgument)]), { nullable: true })
  readonly vllm_xargs?: Record<string, unknown>;

  @Field(model(RepetitionDetectionParams, { kind: 'dataclass' }), { nullable: true })
  readonly repetition_detection?: RepetitionDetectionParams;

  @IsLaxInt({ nullable: true })
  readonly thinking_token_budget?: number;

  @IsLaxString({ nullable: true })
  readonly user?: string;
}
