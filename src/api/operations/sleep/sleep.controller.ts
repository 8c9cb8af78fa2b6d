import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { CheckedQuery, QueryValues } from '@server/http/query.decorator';
import { SleepQuery } from './dto/sleep-query.dto.js';
import { SleepService } from './sleep.service.js';
import type { SleepAnswer, WakeAnswer } from './sleep.service.js';

/** Engines that give their memory to others for a while (other-endpoints.md §11). */
@Controller()
export class SleepController {
  constructor(@Inject(SleepService) private readonly sleeping: SleepService) {}

  @Post('sleep')
  @HttpCode(200)
  sleep(@CheckedQuery(SleepQuery) query: SleepQuery): Promise<SleepAnswer> {
    return this.sleeping.sleep(query);
  }

  @Post('wake_up')
  @HttpCode(200)
  wakeUp(@QueryValues('tags') tags: readonly string[]): Promise<WakeAnswer> {
    return this.sleeping.wakeUp(tags);
  }

  @Get('is_sleeping')
  async isSleeping(): Promise<{ readonly is_sleeping: boolean }> {
    return { is_sleeping: await this.sleeping.isSleeping() };
  }

  @Post('release_kv_cache_memory')
  @HttpCode(200)
  async releaseKvCacheMemory(): Promise<{ readonly status: string }> {
    await this.sleeping.releaseKvCacheMemory();
    return { status: 'kv_cache_released' };
  }
}
