import { Controller, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HealthChecks } from '@server/health/health-checks';
import { Scope } from '@server/http/scope.decorator';

/** SageMaker's probe: `/health` under another name. */
@Controller('ping')
@Scope('open')
export class PingController {
  constructor(private readonly checks: HealthChecks) {}

  @Get()
  get(@Res() reply: FastifyReply): Promise<void> {
    return this.answer(reply);
  }

  @Post()
  post(@Res() reply: FastifyReply): Promise<void> {
    return this.answer(reply);
  }

  private async answer(reply: FastifyReply): Promise<void> {
    const { code } = await this.checks.serving();
    await reply.code(code).send();
  }
}
