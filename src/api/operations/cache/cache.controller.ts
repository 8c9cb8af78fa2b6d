import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { CheckedQuery } from '@server/http/query.decorator';
import { PATIENT } from '../shared/patient.js';
import { ResetPrefixCacheQuery } from './dto/reset-prefix-cache-query.dto.js';

/** Caches that are emptied (routes.md §4). */
@Controller()
export class CacheController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** No success: requests hold on to what is cached; the caller may try again. */
  @Post('reset_prefix_cache')
  @HttpCode(200)
  async resetPrefixCache(
    @CheckedQuery(ResetPrefixCacheQuery) { reset_running_requests, reset_external }: ResetPrefixCacheQuery,
  ): Promise<{ readonly success: boolean }> {
    const args = [reset_running_requests, reset_external];
    const answers = await this.engine.callEach('reset_prefix_cache', args, PATIENT);
    return { success: answers.every((answer) => answer === true) };
  }

  @Post('reset_mm_cache')
  @HttpCode(200)
  async resetMultimodalCache(): Promise<void> {
    await this.engine.callEach('reset_mm_cache', [], PATIENT);
  }

  @Post('reset_encoder_cache')
  @HttpCode(200)
  async resetEncoderCache(): Promise<void> {
    await this.engine.callEach('reset_encoder_cache', [], PATIENT);
  }
}
