import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { HealthChecks } from '@server/health/health-checks';
import { Scope } from '@server/http/scope.decorator';

/** Probes; `/health` itself is empty, as vLLM's (routes.md §1.1). */
@Controller('health')
@Scope('open')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  @Get()
  async status(@Res() reply: FastifyReply): Promise<void> {
    const { code } = await this.checks.serving();
    await reply.code(code).send();
  }

  @Get('live')
  async live(@Res() reply: FastifyReply): Promise<void> {
    const { code, body } = await this.checks.live();
    await reply.code(code).send(body);
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { code, body } = await this.checks.ready();
    await reply.code(code).send(body);
  }
}
