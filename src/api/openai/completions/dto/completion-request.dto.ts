import {
  EarlyRules,
  Field,
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

/** Body of `POST /v1/completions` (completions-and-chat.md §1). */
@EarlyRules(completionRules)
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
