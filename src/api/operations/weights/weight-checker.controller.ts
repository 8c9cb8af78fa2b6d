import { BadRequestException, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { BodyParameters } from '@server/http/body-parameters.decorator';
import { PATIENT } from '../shared/patient.js';
import { WeightCheckerBody } from './dto/weights-body.dto.js';
import { compareChecksums, mergeChecksums } from './weight-checksums.js';
import type { Checksums, Comparison } from './weight-checksums.js';

/** Whether a transfer changed the weights, and back again (routes.md §4). */
@Controller('weight_checker')
export class WeightCheckerController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  @Post()
  @HttpCode(200)
  async check(
    @BodyParameters(WeightCheckerBody) { action, baseline }: WeightCheckerBody,
  ): Promise<{ readonly status: string } | { readonly checksums: Checksums } | Comparison> {
    if (action === 'reset') {
      await this.engine.callEach('collective_rpc', ['reset_weights', null, [], null], PATIENT);
      return { status: 'reset' };
    }
    if (action === 'compare' && baseline === undefined) {
      throw new BadRequestException("action='compare' requires a 'baseline' object");
    }
    const checksums = mergeChecksums(await this.engine.callEach('compute_weight_checksums', [], PATIENT));
    return baseline !== undefined && action === 'compare' ? compareChecksums(checksums, baseline) : { checksums };
  }
}
