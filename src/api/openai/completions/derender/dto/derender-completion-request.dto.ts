import {
  Field,
  int,
  IsLaxInt,
  IsLaxString,
  IsListOf,
  IsLiteral,
  list,
  model,
  nullable,
} from '@server/http/validation/index';
import {
  DerenderStreamState,
  GeneratedChunk,
  GeneratedResponse,
} from '@server/api/openai/shared/derender/dto/generated.dto';
import { CompletionRequest } from '../../dto/completion-request.dto.js';

const tokenIds = list(int({ ge: 0 }));

class DerenderCompletion {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  /** The request that was rendered. */
  @Field(model(CompletionRequest), { nullable: true })
  readonly completion_request?: CompletionRequest;
}

/** Body of `POST /v1/completions/derender` for the whole answers to all prompts of a request (routes.md §6). */
export class DerenderCompletionRequest extends DerenderCompletion {
  @IsLiteral([false], { default: false })
  readonly stream!: false;

  @IsListOf(model(GeneratedResponse), { required: true })
  readonly generate_responses!: readonly GeneratedResponse[];

  /** For usage, one per prompt. */
  @IsListOf(int({ ge: 0 }), { nullable: true })
  readonly prompt_tokens?: readonly number[];

  @IsListOf(nullable(tokenIds), { nullable: true })
  readonly prompt_token_ids?: readonly (readonly number[] | undefined)[];
}

/** The body for one event of a stream. */
export class DerenderCompletionChunkRequest extends DerenderCompletion {
  @IsLiteral([true], { required: true })
  readonly stream!: true;

  @Field(model(GeneratedChunk), { required: true })
  readonly generate_chunk!: GeneratedChunk;

  /** What the last answer gave; none for the first event. */
  @Field(model(DerenderStreamState), { nullable: true })
  readonly stream_state?: DerenderStreamState;

  @IsLaxInt({ nullable: true, ge: 0 })
  readonly prompt_tokens?: number;

  @Field(tokenIds, { nullable: true })
  readonly prompt_token_ids?: readonly number[];
}
