import { Controller, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HealthStatus } from '@server/engine/health-status';
import { Scope } from '@server/http/scope.decorator';

/** SageMaker's probe: `/health` under another name. */
@Controller('ping')
@Scope('open')
export class PingController {
  constructor(private readonly health: HealthStatus) {}

  @Get()
  get(@Res() reply: FastifyReply): Promise<void> {
    return this.answer(reply);
  }

  @Post()
  post(@Res() reply: FastifyReply): Promise<void> {
    return this.answer(reply);
  }

  private async answer(reply: FastifyReply): Promise<void> {
    await reply.code(await this.health.code()).send();
  }
}
