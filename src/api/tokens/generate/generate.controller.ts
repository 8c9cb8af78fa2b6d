import { Controller, HttpCode, Post, Res, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { JsonBody } from '@server/http/json-body.decorator';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { GenerateService } from './generate.service.js';
import { toGenerateBody } from './to-generate-body.js';
import { GenerateRequest } from './dto/generate-request.dto.js';

@Controller('inference/v1/generate')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class GenerateController {
  constructor(private readonly tokens: GenerateService) {}

  @ReadsBody(GenerateRequest)
  @Post()
  @HttpCode(200)
  async create(
    @JsonBody() raw: unknown,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const body = toGenerateBody(raw);
    if (body.stream) return this.tokens.stream(body, context, reply);
    reply.type('application/json').send(await this.tokens.complete(body, context));
  }
}
