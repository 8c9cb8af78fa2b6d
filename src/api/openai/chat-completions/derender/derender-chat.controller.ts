import { Controller, Header, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { DerenderChatService } from './derender-chat.service.js';
import { DerenderChatChunkRequest, DerenderChatRequest } from './dto/derender-chat-request.dto.js';

@Controller('v1/chat/completions/derender')
@Scope('tokenize')
export class DerenderChatController {
  constructor(private readonly chats: DerenderChatService) {}

  @ReadsBody(DerenderChatRequest, DerenderChatChunkRequest)
  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  derender(@JsonBody() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.chats.derender(body, context);
  }
}
