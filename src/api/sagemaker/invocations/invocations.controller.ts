import { Controller, HttpCode, Post, Res, UseInterceptors } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { InvocationBody } from './invocation-body.decorator.js';
import { InvocationsService } from './invocations.service.js';

/** SageMaker's one route for every kind of request (routes.md §5.2). */
@Controller('invocations')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class InvocationsController {
  constructor(private readonly invocations: InvocationsService) {}

  @Post()
  @HttpCode(200)
  invoke(
    @InvocationBody() body: unknown,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.invocations.invoke(body, context, reply);
  }
}
