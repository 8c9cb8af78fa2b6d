import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import { Engine } from '@app/engine-protocol';
import type { EngineHealth } from '@app/engine-protocol';
import { HealthConfig } from '@server/config/index';

/** Probes need no key, and the last words of an engine have paths in them: those are for the log. */
const FAULTS: Readonly<Record<Exclude<EngineHealth['state'], 'running'>, string>> = {
  restarting: 'the engine died and is being started again',
  dead: 'the engine died',
};

/** Whether there is an engine, and whether it gets on. */
@Injectable()
export class EngineHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(Engine) private readonly engine: Pick<Engine, 'health' | 'scaling' | 'workload'>,
    private readonly config: HealthConfig,
  ) {}

  isRunning(): HealthIndicatorResult<'engine'> {
    const session = this.indicators.check('engine');
    const { state } = this.engine.health;
    return state === 'running' ? session.up() : session.down(FAULTS[state]);
  }

  /** The number of engines stays as it is: requests are refused while it changes. */
  isSteady(): HealthIndicatorResult<'scaling'> {
    const session = this.indicators.check('scaling');
    return this.engine.scaling.type === 'scaling'
      ? session.down('the number of engines is being changed')
      : session.up();
  }

  /** What the engines were given moves: not so in an engine that hangs, or that somebody paused or put to sleep. */
  isMoving(): HealthIndicatorResult<'progress'> {
    const session = this.indicators.check('progress');
    const { requests, silentMs } = this.engine.workload;
    const limitMs = this.config.engineStallTimeout * 1000;
    const facts = { requests, silentMs: Math.round(silentMs) };
    return limitMs > 0 && silentMs >= limitMs
      ? session.down({ ...facts, message: `requests run, and nothing has come of them for ${limitMs / 1000} s` })
      : session.up(facts);
  }
}
