import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { BodyParameters } from '@server/http/body-parameters.decorator';
import {
  FinishWeightUpdateBody,
  InitWeightTransferBody,
  UpdateWeightsBody,
  UpdateWeightVersionBody,
} from './dto/weights-body.dto.js';
import { WeightsService } from './weights.service.js';

interface Done {
  readonly message: string;
}

/** New weights for a running engine, as reinforcement learning needs them (other-endpoints.md §11). */
@Controller()
export class WeightsController {
  constructor(@Inject(WeightsService) private readonly weights: WeightsService) {}

  @Post('init_weight_transfer_engine')
  @HttpCode(200)
  async init(@BodyParameters(InitWeightTransferBody) { init_info }: InitWeightTransferBody): Promise<Done> {
    await this.weights.transfer('init', { init_info });
    return { message: 'Weight transfer initialized' };
  }

  @Post('shutdown_weight_transfer_engine')
  @HttpCode(200)
  async shutdown(): Promise<Done> {
    await this.weights.transfer('shutdown');
    return { message: 'Weight transfer shut down' };
  }

  @Post('start_weight_update')
  @HttpCode(200)
  async start(): Promise<Done> {
    await this.weights.transfer('start');
    return { message: 'Weight update started' };
  }

  @Post('start_draft_weight_update')
  @HttpCode(200)
  async startDraft(): Promise<Done> {
    await this.weights.transfer('start_draft');
    return { message: 'Draft weight update started' };
  }

  @Post('update_weights')
  @HttpCode(200)
  async update(@BodyParameters(UpdateWeightsBody) { update_info }: UpdateWeightsBody): Promise<Done> {
    await this.weights.transfer('update', { update_info });
    return { message: 'Weights updated' };
  }

  @Post('finish_weight_update')
  @HttpCode(200)
  async finish(@BodyParameters(FinishWeightUpdateBody) body: FinishWeightUpdateBody): Promise<Done> {
    await this.weights.finish(body.weight_version);
    return { message: 'Weight update finished' };
  }

  @Post('update_weight_version')
  @HttpCode(200)
  async setVersion(
    @BodyParameters(UpdateWeightVersionBody) { new_version }: UpdateWeightVersionBody,
  ): Promise<{ readonly success: true; readonly new_version: string }> {
    await this.weights.setVersion(new_version);
    return { success: true, new_version };
  }

  @Get('weight_info')
  async version(): Promise<{ readonly weight_version: string }> {
    return { weight_version: await this.weights.version() };
  }
}
