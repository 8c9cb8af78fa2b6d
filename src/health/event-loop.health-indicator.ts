import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { HealthConfig } from '@server/config/index';
import { EventLoopLag } from './event-loop-lag.js';

/** Whether this process comes round to everything it has to do. */
@Injectable()
export class EventLoopHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly lag: EventLoopLag,
    private readonly config: HealthConfig,
  ) {}

  isResponsive(): HealthIndicatorResult<'eventLoop'> {
    const session = this.indicators.check('eventLoop');
    const lagMs = Math.round(this.lag.maxMs);
    const limitMs = this.config.maxEventLoopLag * 1000;
    return lagMs > limitMs
      ? session.down({ lagMs, message: `the event loop stood still for more than ${limitMs} ms` })
      : session.up({ lagMs });
  }
}
