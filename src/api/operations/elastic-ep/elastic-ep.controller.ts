import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Scope } from '@server/http/scope.decorator';
import type { ScaleAnswer } from './dto/scale-answer.dto.js';
import type { ScalingStatus } from './dto/scaling-status.dto.js';
import { ElasticEpService } from './elastic-ep.service.js';
import { ScaleBody } from './scale-body.decorator.js';
import type { ScaleCommand } from './to-scale-command.js';

/** Changes the number of engines of a mixture-of-experts model while it is served (other-endpoints.md §11). */
@Controller()
@Scope('admin')
export class ElasticEpController {
  constructor(@Inject(ElasticEpService) private readonly elasticEp: ElasticEpService) {}

  @Post('scale_elastic_ep')
  @HttpCode(200)
  scale(@ScaleBody() command: ScaleCommand): Promise<ScaleAnswer> {
    return this.elasticEp.scale(command);
  }

  @Post('is_scaling_elastic_ep')
  @HttpCode(200)
  status(): ScalingStatus {
    return this.elasticEp.status();
  }
}
