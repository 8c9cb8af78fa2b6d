import {
  EarlyRules,
  Field,
  FieldOrder,
  int,
  IsLaxBool,
  IsLaxInt,
  IsLaxString,
  IsUnionOf,
  list,
  text,
  union,
} from '@server/http/validation/index';
import { GenerationRequest } from '@server/api/openai/shared/dto/generation-request.dto';
import { completionRules } from '../completion.rules.js';

/** What OpenAI's API and vLLM generate when nothing is said. */
export const DEFAULT_MAX_TOKENS = 16;

const tokenIds = list(int({ ge: 0 }));

/** As the fields stand in vLLM's class. */
const WIRE_ORDER = [
  ...['model', 'prompt', 'echo', 'frequency_penalty', 'logit_bias', 'logprobs', 'max_tokens', 'n'],
  ...['presence_penalty', 'seed', 'stop', 'stream', 'stream_options', 'suffix', 'temperature', 'top_p', 'user'],
  ...['use_beam_search', 'top_k', 'min_p', 'repetition_penalty', 'watermarking', 'length_penalty'],
  ...['stop_token_ids', 'include_stop_str_in_output', 'ignore_eos', 'min_tokens', 'skip_special_tokens'],
  ...['spaces_between_special_tokens', 'truncate_prompt_tokens', 'truncation_side', 'allowed_token_ids'],
  ...['prompt_logprobs', 'logprob_token_ids', 'bad_words', 'prompt_embeds', 'add_special_tokens'],
  ...['response_format', 'structured_outputs', 'priority', 'request_id', 'session_id'],
  ...['return_tokens_as_token_ids', 'return_token_ids', 'return_weight_versions', 'routed_experts_prompt_start'],
  ...['return_token_offsets', 'mm_payload', 'return_mm_kwargs', 'cache_salt', 'kv_transfer_params'],
  ...['ec_transfer_params', 'vllm_xargs', 'repetition_detection', 'thinking_token_budget', 'stream_interval'],
] as const;

/** Body of `POST /v1/completions` (completions-and-chat.md §1). */
@EarlyRules(completionRules)
@FieldOrder<CompletionRequest>(WIRE_ORDER)
export class CompletionRequest extends GenerationRequest {
  @Field(union([tokenIds, list(tokenIds), text(), list(text())]), { nullable: true })
  readonly prompt?: CompletionPrompt;

  @IsUnionOf([text(), list(text())], { nullable: true })
  readonly prompt_embeds?: string | string[];

  @IsLaxInt({ nullable: true, default: DEFAULT_MAX_TOKENS })
  readonly max_tokens?: number;

  @IsLaxInt({ default: 1 })
  readonly n!: number;

  @IsLaxBool({ nullable: true, default: false })
  readonly echo?: boolean;

  @IsLaxInt({ nullable: true })
  readonly logprobs?: number;

  @IsLaxString({ nullable: true })
  readonly suffix?: string;

  @IsLaxBool({ default: true })
  readonly add_special_tokens!: boolean;
}

export type CompletionPrompt = string | string[] | number[] | number[][];
