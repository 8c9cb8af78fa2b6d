import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { EngineState } from '@server/engine/engine-state';
import { Admission } from '@server/http/admission';

/** Whether the server takes requests. */
@Injectable()
export class ServerHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly state: EngineState,
    private readonly admission: Admission,
  ) {}

  isStaying(): HealthIndicatorResult<'server'> {
    const session = this.indicators.check('server');
    return this.state.draining ? session.down('the server is shutting down') : session.up();
  }

  hasRoom(): HealthIndicatorResult<'queue'> {
    const session = this.indicators.check('queue');
    const { overload } = this.admission;
    return overload ? session.down(overload) : session.up();
  }
}
