import { Controller, HttpCode, Post, Res, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Invocable } from '@server/http/invocable.decorator';
import { JsonBody } from '@server/http/json-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { EngineLoad } from '@server/language/engine-load';
import { CompletionsService } from './completions.service.js';
import { CompletionRequest } from './dto/completion-request.dto.js';

@Controller('v1/completions')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class CompletionsController {
  constructor(
    private readonly completions: CompletionsService,
    private readonly load: EngineLoad,
  ) {}

  @Post()
  @HttpCode(200)
  @Invocable('CompletionRequest', CompletionRequest)
  async create(
    @JsonBody(CompletionRequest) body: CompletionRequest,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (body.stream) return this.completions.stream(body, context, reply);
    const answer = await this.completions.complete(body, context);
    const load = this.load.headers(context.header('endpoint-load-metrics-format'));
    reply.headers(load).type('application/json').send(answer);
  }
}
