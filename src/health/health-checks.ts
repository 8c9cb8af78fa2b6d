import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult, HealthIndicatorFunction } from '@nestjs/terminus';
import { EngineHealthIndicator } from './engine.health-indicator.js';
import { EventLoopHealthIndicator } from './event-loop.health-indicator.js';
import { ServerHealthIndicator } from './server.health-indicator.js';

export interface HealthReport {
  /** 503 when any indicator is down. */
  readonly code: 200 | 503;
  /** Terminus' words for it: what is up, what is down and why. */
  readonly body: HealthCheckResult;
}

/** What probes ask; nothing here waits for an engine. */
@Injectable()
export class HealthChecks {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly engine: EngineHealthIndicator,
    private readonly server: ServerHealthIndicator,
    private readonly eventLoop: EventLoopHealthIndicator,
  ) {}

  /** vLLM's: there is an engine, and the server stays (routes.md §1.1). */
  serving(): Promise<HealthReport> {
    return this.report([() => this.engine.isRunning(), () => this.server.isStaying()]);
  }

  /** False only for what a new process would cure: neither load nor engines nor a shutdown count. */
  live(): Promise<HealthReport> {
    return this.report([() => this.eventLoop.isResponsive()]);
  }

  /** Whether a request that comes now is taken and answered. */
  ready(): Promise<HealthReport> {
    return this.report([
      () => this.engine.isRunning(),
      () => this.engine.isSteady(),
      () => this.engine.isMoving(),
      () => this.server.isStaying(),
      () => this.server.hasRoom(),
    ]);
  }

  private async report(indicators: HealthIndicatorFunction[]): Promise<HealthReport> {
    try {
      return { code: 200, body: await this.checks.check(indicators) };
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        return { code: 503, body: error.getResponse() as HealthCheckResult };
      }
      throw error;
    }
  }
}
