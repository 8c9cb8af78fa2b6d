import { Controller, Get, HttpCode, Inject, Post, UseFilters } from '@nestjs/common';
import { CheckedQuery } from '@server/http/query.decorator';
import { PauseQuery } from './dto/pause-query.dto.js';
import { PauseFailureFilter } from './pause-failure.filter.js';
import { PauseService } from './pause.service.js';

/** Generation that stops for a change of weights and goes on after it (other-endpoints.md §11). */
@Controller()
export class PauseController {
  constructor(@Inject(PauseService) private readonly pausing: PauseService) {}

  @Post('pause')
  @HttpCode(200)
  @UseFilters(new PauseFailureFilter('pause generation'))
  async pause(@CheckedQuery(PauseQuery) query: PauseQuery): Promise<{ readonly status: string }> {
    await this.pausing.pause(query);
    return { status: 'paused' };
  }

  @Post('resume')
  @HttpCode(200)
  @UseFilters(new PauseFailureFilter('resume generation'))
  async resume(): Promise<{ readonly status: string }> {
    await this.pausing.resume();
    return { status: 'resumed' };
  }

  @Get('is_paused')
  @UseFilters(new PauseFailureFilter('fetch pause status'))
  async isPaused(): Promise<{ readonly is_paused: boolean }> {
    return { is_paused: await this.pausing.isPaused() };
  }
}
