import { Controller, HttpCode, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LoraAdapters } from '@server/engine/lora-adapters';
import { JsonBody } from '@server/http/json-body.decorator';
import { sendUntyped } from '@server/http/send-untyped';
import { LoadLoraAdapterRequest } from './dto/load-lora-adapter-request.dto.js';
import { UnloadLoraAdapterRequest } from './dto/unload-lora-adapter-request.dto.js';

/** Adapters come and go while the model is served (other-endpoints.md §10). */
@Controller('v1')
export class LoraController {
  constructor(private readonly adapters: LoraAdapters) {}

  @Post('load_lora_adapter')
  @HttpCode(200)
  async load(
    @JsonBody(LoadLoraAdapterRequest) body: LoadLoraAdapterRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { lora_name: name, lora_path: path, load_inplace: inplace, is_3d_lora_weight: is3dWeight } = body;
    await this.adapters.load({ name, path, is3dWeight }, { inplace });
    await sendUntyped(reply, `Success: LoRA adapter '${name}' added successfully.`);
  }

  @Post('unload_lora_adapter')
  @HttpCode(200)
  async unload(
    @JsonBody(UnloadLoraAdapterRequest) { lora_name: name }: UnloadLoraAdapterRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.adapters.unload(name);
    await sendUntyped(reply, `Success: LoRA adapter '${name}' removed successfully.`);
  }
}
