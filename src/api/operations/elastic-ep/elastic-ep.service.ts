import { Inject, Injectable, InternalServerErrorException, RequestTimeoutException } from '@nestjs/common';
import { DrainTimeoutError, Engine } from '@app/engine-protocol';
import type { EngineScaling } from '@app/engine-protocol';
import { UnavailableError } from '@app/errors';
import type { ScaleAnswer } from './dto/scale-answer.dto.js';
import type { ScalingStatus } from './dto/scaling-status.dto.js';
import type { ScaleCommand } from './to-scale-command.js';

/** The reason stays in the log: it may quote what an engine wrote. */
const SCALE_FAILED = 'Scale failed';

@Injectable()
export class ElasticEpService {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** Answers when the engines have changed over. */
  async scale({ engineCount, drainTimeoutMs }: ScaleCommand): Promise<ScaleAnswer> {
    try {
      await this.engine.scaleTo(engineCount, { drainTimeoutMs });
      return { message: `Scaled to ${engineCount} data parallel engines` };
    } catch (error) {
      throw toAnswer(error);
    }
  }

  status(): ScalingStatus {
    const { scaling } = this.engine;
    return {
      is_scaling_elastic_ep: scaling.type === 'scaling',
      phase: phaseOf(scaling),
      epoch: null,
      error: scaling.type === 'failed' ? SCALE_FAILED : null,
      requested_data_parallel_size: scaling.type === 'scaling' ? scaling.engineCount : null,
    };
  }
}

function phaseOf(scaling: EngineScaling): ScalingStatus['phase'] {
  switch (scaling.type) {
    case 'steady':
      return 'idle';
    case 'scaling':
      return scaling.phase;
    case 'failed':
      return 'failed';
  }
}

/** What the caller did wrong keeps its words. */
function toAnswer(error: unknown): unknown {
  if (error instanceof DrainTimeoutError) {
    const seconds = error.timeoutMs / 1000;
    return new RequestTimeoutException(`Scale failed due to request drain timeout after ${seconds} seconds`);
  }
  return error instanceof UnavailableError ? new InternalServerErrorException(SCALE_FAILED, { cause: error }) : error;
}
