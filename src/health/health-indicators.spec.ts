import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it } from 'vitest';
import type { EngineHealth, EngineScaling, EngineWorkload } from '@app/engine-protocol';
import type { HealthConfig } from '@server/config/index';
import { EngineHealthIndicator } from './engine.health-indicator.js';
import { EventLoopHealthIndicator } from './event-loop.health-indicator.js';
import { EventLoopLag } from './event-loop-lag.js';

const CONFIG: HealthConfig = { engineStallTimeout: 60, maxEventLoopLag: 5 };
const IDLE: EngineWorkload = { requests: 0, prefillTokens: 0, silentMs: 0 };

interface Circumstances {
  readonly health?: EngineHealth;
  readonly scaling?: EngineScaling;
  readonly workload?: EngineWorkload;
  readonly config?: HealthConfig;
}

function engineIndicator(circumstances: Circumstances): EngineHealthIndicator {
  const {
    health = { state: 'running' },
    scaling = { type: 'steady' },
    workload = IDLE,
    config = CONFIG,
  } = circumstances;
  return new EngineHealthIndicator(new HealthIndicatorService(), { health, scaling, workload }, config);
}

describe('EngineHealthIndicator', () => {
  it.each<[EngineHealth, object]>([
    [{ state: 'running' }, { status: 'up' }],
    [
      { state: 'restarting', reason: '/secret' },
      { status: 'down', message: 'the engine died and is being started again' },
    ],
    [
      { state: 'dead', reason: '/secret' },
      { status: 'down', message: 'the engine died' },
    ],
  ])('%o', (health, engine) => {
    expect(engineIndicator({ health }).isRunning()).toEqual({ engine });
  });

  it.each<[EngineScaling, object]>([
    [{ type: 'steady' }, { status: 'up' }],
    [{ type: 'failed', reason: 'no' }, { status: 'up' }],
    [
      { type: 'scaling', phase: 'draining', engineCount: 2 },
      { status: 'down', message: 'the number of engines is being changed' },
    ],
  ])('%o', (scaling, expected) => {
    expect(engineIndicator({ scaling }).isSteady()).toEqual({ scaling: expected });
  });

  it.each([
    [59_999.6, 60, 'up'],
    [60_000, 60, 'down'],
    [60_000, 61, 'up'],
    [1e9, 0, 'up'],
  ])('silent for %d ms of %d s: %s', (silentMs, engineStallTimeout, status) => {
    const workload = { requests: 3, prefillTokens: 0, silentMs };
    const { progress } = engineIndicator({ workload, config: { ...CONFIG, engineStallTimeout } }).isMoving();
    expect(progress).toMatchObject({ status, requests: 3, silentMs: Math.round(silentMs) });
  });
});

describe('EventLoopHealthIndicator', () => {
  it.each([
    [0, 'up'],
    [5000.4, 'up'],
    [5001, 'down'],
  ])('late by %d ms: %s', (maxMs, status) => {
    const lag = { maxMs } as EventLoopLag;
    const { eventLoop } = new EventLoopHealthIndicator(new HealthIndicatorService(), lag, CONFIG).isResponsive();
    expect(eventLoop).toMatchObject({ status, lagMs: Math.round(maxMs) });
  });
});

describe('EventLoopLag', () => {
  it('remembers the longest delay', async () => {
    const lag = new EventLoopLag();
    const looked = async (): Promise<void> => {
      while (lag.maxMs < 100) {
        const end = performance.now() + 150;
        while (performance.now() < end);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    };
    await looked();
    expect(lag.maxMs).toBeGreaterThan(100);
    lag.onModuleDestroy();
  });
});
