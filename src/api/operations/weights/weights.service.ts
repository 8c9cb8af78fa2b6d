import { Inject, Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { InternalError } from '@app/errors';
import { ControlMetrics } from '@app/metrics';
import type { WeightOperation } from '@app/metrics';
import { PATIENT } from '../shared/patient.js';

/** Method of the workers, by what it does. */
const METHODS: Readonly<Record<WeightOperation, string>> = {
  init: 'init_weight_transfer_engine',
  shutdown: 'shutdown_weight_transfer_engine',
  start: 'start_weight_update',
  start_draft: 'start_draft_weight_update',
  update: 'update_weights',
  finish: 'finish_weight_update',
};

@Injectable()
export class WeightsService {
  constructor(
    @Inject(Engine) private readonly engine: Engine,
    private readonly metrics: ControlMetrics,
  ) {}

  /** One step of a transfer, in every worker. `kwargs`: named arguments of the method. */
  async transfer(operation: WeightOperation, kwargs: Readonly<Record<string, unknown>> | null = null): Promise<void> {
    const args = [METHODS[operation], null, [], kwargs];
    await this.metrics.timeWeights(operation, () => this.engine.callEach('collective_rpc', args, PATIENT));
  }

  /** The new weights are complete, and have a name from here on. */
  async finish(version: string | undefined): Promise<void> {
    await this.transfer('finish');
    if (version !== undefined) await this.setVersion(version);
  }

  async setVersion(version: string): Promise<void> {
    await this.engine.callEach('set_weight_version', [version], PATIENT);
  }

  /** Throws `InternalError` when engines have different weights. */
  async version(): Promise<string> {
    const [version, ...others] = new Set(await this.engine.callEach('get_weight_version', []));
    if (others.length > 0) throw new InternalError('The engines have weights of different versions.');
    return String(version);
  }
}
