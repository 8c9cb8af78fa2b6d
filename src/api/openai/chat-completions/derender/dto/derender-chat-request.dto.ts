import { Field, int, IsLaxInt, IsLaxString, IsListOf, IsLiteral, model } from '@server/http/validation/index';
import {
  DerenderStreamState,
  GeneratedChunk,
  GeneratedResponse,
} from '@server/api/openai/shared/derender/dto/generated.dto';
import { ChatCompletionRequest } from '../../dto/chat-completion-request.dto.js';

class DerenderChat {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  /** For usage; the generated tokens do not tell. */
  @IsLaxInt({ nullable: true, ge: 0 })
  readonly prompt_tokens?: number;

  /** The prompt that was answered: its end may hold a part of a character, and it may have opened a thought. */
  @IsListOf(int({ ge: 0 }), { nullable: true })
  readonly prompt_token_ids?: readonly number[];

  /** The request that was rendered. */
  @Field(model(ChatCompletionRequest), { nullable: true })
  readonly chat_request?: ChatCompletionRequest;
}

/** Body of `POST /v1/chat/completions/derender` for a whole answer (routes.md §6). */
export class DerenderChatRequest extends DerenderChat {
  @IsLiteral([false], { default: false })
  readonly stream!: false;

  @Field(model(GeneratedResponse), { required: true })
  readonly generate_response!: GeneratedResponse;
}

/** The body for one event of a stream. */
export class DerenderChatChunkRequest extends DerenderChat {
  @IsLiteral([true], { required: true })
  readonly stream!: true;

  @Field(model(GeneratedChunk), { required: true })
  readonly generate_chunk!: GeneratedChunk;

  /** What the last answer gave; none for the first event. */
  @Field(model(DerenderStreamState), { nullable: true })
  readonly stream_state?: DerenderStreamState;
}
