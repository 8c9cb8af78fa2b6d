import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { EngineHealthIndicator } from './engine.health-indicator.js';

/** The status that probes get; they read no body. */
@Injectable()
export class HealthStatus {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly engine: EngineHealthIndicator,
  ) {}

  /** 200, or 503 when any indicator is down. */
  async code(): Promise<200 | 503> {
    try {
      await this.checks.check([() => this.engine.check()]);
      return 200;
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        return 503;
      }
      throw error;
    }
  }
}
