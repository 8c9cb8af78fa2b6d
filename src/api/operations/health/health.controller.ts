import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HealthStatus } from '@server/engine/health-status';
import { Scope } from '@server/http/scope.decorator';

/** Empty 200, or empty 503 when the engine died or the server is going down (routes.md §1.1). */
@Controller()
@Scope('open')
export class HealthController {
  constructor(private readonly health: HealthStatus) {}

  @Get('health')
  async status(@Res() reply: FastifyReply): Promise<void> {
    await reply.code(await this.health.code()).send();
  }
}
