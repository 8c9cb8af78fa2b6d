import { Controller, Header, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { ChatCompletionRequest } from '../dto/chat-completion-request.dto.js';
import { RenderChatService } from './render-chat.service.js';

@Controller('v1/chat/completions/render')
@Scope('tokenize')
export class RenderChatController {
  constructor(private readonly chats: RenderChatService) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  render(
    @JsonBody(ChatCompletionRequest) body: ChatCompletionRequest,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.chats.render(body, context);
  }
}
