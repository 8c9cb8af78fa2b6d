import { Controller, HttpCode, Post, Res, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Invocable } from '@server/http/invocable.decorator';
import { JsonBody } from '@server/http/json-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { EngineLoad } from '@server/language/engine-load';
import { ChatCompletionsService } from './chat-completions.service.js';
import { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

@Controller('v1/chat/completions')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class ChatCompletionsController {
  constructor(
    private readonly chats: ChatCompletionsService,
    private readonly load: EngineLoad,
  ) {}

  @Post()
  @HttpCode(200)
  @Invocable('ChatCompletionRequest', ChatCompletionRequest)
  async create(
    @JsonBody(ChatCompletionRequest) body: ChatCompletionRequest,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (body.stream) return this.chats.stream(body, context, reply);
    const answer = await this.chats.complete(body, context);
    const load = this.load.headers(context.header('endpoint-load-metrics-format'));
    reply.headers(load).type('application/json').send(answer);
  }
}
