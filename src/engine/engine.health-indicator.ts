import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { EngineState } from './engine-state.js';

/** Terminus' view of the engine: down when it died or the server is leaving (routes.md §1.1). */
@Injectable()
export class EngineHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly state: EngineState,
  ) {}

  check(): HealthIndicatorResult {
    const session = this.indicators.check('engine');
    const { fault } = this.state;
    return fault === undefined ? session.up() : session.down(fault);
  }
}
