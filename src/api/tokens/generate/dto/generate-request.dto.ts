import {
  anything,
  dict,
  EarlyRules,
  Field,
  int,
  IsAnything,
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
} from '@server/http/validation/index';
import { toolChoice, ToolParam } from '@server/language/dto/chat-message.dto';
import type { ToolChoiceParam } from '@server/language/dto/chat-message.dto';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';
import {
  RepetitionDetectionParams,
  StreamOptions,
  StructuredOutputsParams,
} from '@server/language/dto/generation-options.dto';
import { tokenIds } from './token-ids.schema.js';

/** Sampling parameters by the engine's names; what a key leaves out has the engine's default, not the operator's (other-endpoints.md §8). */
export class SamplingParamsBody {
  @IsLaxInt({ default: 1 })
  readonly n!: number;

  @IsLaxNumber({ default: 0 })
  readonly presence_penalty!: number;

  @IsLaxNumber({ default: 0 })
  readonly frequency_penalty!: number;

  @IsLaxNumber({ default: 1 })
  readonly repetition_penalty!: number;

  @IsLaxNumber({ default: 1 })
  readonly temperature!: number;

  @IsLaxBool({ nullable: true })
  readonly watermarking?: boolean;

  @IsLaxNumber({ default: 1 })
  readonly top_p!: number;

  @IsLaxInt({ default: 0 })
  readonly top_k!: number;

  @IsLaxNumber({ default: 0 })
  readonly min_p!: number;

  @IsLaxInt64({ nullable: true })
  readonly seed?: number | bigint;

  @IsUnionOf([text(), list(text())], { nullable: true })
  readonly stop?: string | string[];

  @IsListOf(int(), { nullable: true })
  readonly stop_token_ids?: number[];

  @IsLaxBool({ default: false })
  readonly ignore_eos!: boolean;

  /** Absent: what a chat without a limit gets. */
  @IsLaxInt({ nullable: true })
  readonly max_tokens?: number;

  @IsLaxInt({ default: 0 })
  readonly min_tokens!: number;

  @IsLaxInt({ nullable: true })
  readonly logprobs?: number;

  @IsLaxInt({ nullable: true })
  readonly prompt_logprobs?: number;

  @IsAnything({ nullable: true })
  readonly prompt_logprob_token_ids?: unknown;

  @IsListOf(int(), { nullable: true })
  readonly logprob_token_ids?: number[];

  @IsLaxBool({ default: true })
  readonly detokenize!: boolean;

  @IsLaxBool({ default: true })
  readonly skip_special_tokens!: boolean;

  @IsLaxBool({ default: true })
  readonly spaces_between_special_tokens!: boolean;

  @IsLaxBool({ default: false })
  readonly include_stop_str_in_output!: boolean;

  @IsLaxInt({ nullable: true })
  readonly stream_interval?: number;

  @Field(model(StructuredOutputsParams, { kind: 'dataclass' }), { nullable: true })
  readonly structured_outputs?: StructuredOutputsParams;

  @IsDictOf(number(), { nullable: true })
  readonly logit_bias?: Record<string, number>;

  @IsListOf(int(), { nullable: true })
  readonly allowed_token_ids?: number[];

  @IsDictOf(anything(), { nullable: true })
  readonly extra_args?: Record<string, unknown>;

  @IsListOf(text(), { nullable: true })
  readonly bad_words?: string[];

  @IsLaxBool({ nullable: true })
  readonly skip_reading_prefix_cache?: boolean;

  @IsLaxInt({ nullable: true })
  readonly thinking_token_budget?: number;

  @Field(model(RepetitionDetectionParams, { kind: 'dataclass' }), { nullable: true })
  readonly repetition_detection?: RepetitionDetectionParams;

  @IsLaxInt({ default: 0 })
  readonly routed_experts_prompt_start!: number;

  @IsAnything({ nullable: true })
  readonly trace_decode_token_ids?: unknown;
}

export class ReasoningParserKwargs {
  @IsDictOf(anything(), { default: {} })
  readonly chat_template_kwargs!: Record<string, unknown>;
}

/** What the parsers of an answer need to know of the chat that was rendered. */
export class ParseContext {
  @IsListOf(model(ToolParam), { nullable: true })
  readonly tools?: ToolParam[];

  @Field(toolChoice, { default: 'none' })
  readonly tool_choice?: ToolChoiceParam;

  @IsLaxBool({ nullable: true, default: true })
  readonly parallel_tool_calls?: boolean;

  @IsLaxBool({ default: true })
  readonly include_reasoning!: boolean;

  @IsDictOf(anything(), { default: {} })
  readonly chat_template_kwargs!: Record<string, unknown>;

  /** Only some parsers number their calls through the whole conversation. */
  @IsLaxInt({ default: 0, ge: 0 })
  readonly history_tool_call_cnt!: number;
}

export const OUTPUT_MODES = ['tokens', 'text', 'derender'] as const;

/** Body of `POST /inference/v1/generate`: what the render routes answer (other-endpoints.md §8). */
@EarlyRules([cacheSaltIsSafe])
export class GenerateRequest {
  @IsLaxString({})
  readonly request_id?: string;

  @Field(tokenIds(), { required: true })
  readonly token_ids!: number[];

  @IsAnything({ nullable: true })
  readonly features?: unknown;

  @IsListOf(dict(anything()), { nullable: true })
  readonly content_parts?: Record<string, unknown>[];

  @Field(model(SamplingParamsBody, { kind: 'dict' }), { required: true })
  readonly sampling_params!: SamplingParamsBody;

  @IsLaxString({ nullable: true })
  readonly model?: string;

  @IsLaxBool({ nullable: true })
  readonly reasoning_ended?: boolean;

  @Field(model(ReasoningParserKwargs), { nullable: true })
  readonly reasoning_parser_kwargs?: ReasoningParserKwargs;

  @IsLaxBool({ nullable: true })
  readonly return_token_ids?: boolean;

  @IsLiteral([...OUTPUT_MODES], { default: 'tokens' })
  readonly output_mode!: (typeof OUTPUT_MODES)[number];

  @Field(model(ParseContext), { nullable: true })
  readonly parse_context?: ParseContext;

  @IsLaxBool({ nullable: true, default: false })
  readonly stream?: boolean;

  @Field(model(StreamOptions), { nullable: true })
  readonly stream_options?: StreamOptions;

  @IsLaxString({ nullable: true })
  readonly cache_salt?: string;

  @IsLaxInt64({ default: 0 })
  readonly priority!: number | bigint;

  @IsDictOf(anything(), { nullable: true })
  readonly kv_transfer_params?: Record<string, unknown>;

  @IsDictOf(anything(), { nullable: true })
  readonly ec_transfer_params?: Record<string, unknown>;
}
