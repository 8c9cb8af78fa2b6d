import { Controller, Delete, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoraAdapters } from '@server/engine/lora-adapters';
import { Context, RequestContext } from '@server/http/request-context';
import { sendUntyped } from '@server/http/send-untyped';
import { toRegisterRequest } from './to-register-request.js';

/** The name that answers show in the place of the adapter's own. */
const ALIAS_HEADER = 'x-amzn-sagemaker-adapter-alias';

/** SageMaker's form of loading and unloading LoRA adapters (routes.md §5.3). */
@Controller('adapters')
export class AdaptersController {
  constructor(private readonly adapters: LoraAdapters) {}

  @Post()
  @HttpCode(200)
  async register(
    @Req() request: FastifyRequest,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { name, src } = toRegisterRequest(request);
    await this.adapters.load({ name, path: src });
    await sendUntyped(reply, `Adapter ${context.header(ALIAS_HEADER) ?? name} registered`);
  }

  @Delete(':name')
  async unregister(
    @Param('name') name: string,
    @Context() context: RequestContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.adapters.unload(name);
    await sendUntyped(reply, `Adapter ${context.header(ALIAS_HEADER) ?? name} unregistered`);
  }
}
