import { HealthIndicatorService } from '@nestjs/terminus';
import { describe, expect, it, vi } from 'vitest';
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
  it('remembers the longest delay for one window, and forgets it after two', () => {
    vi.useFakeTimers();
    const delays = { max: 0, enable: () => undefined, disable: () => undefined, reset: () => (delays.max = 0) };
    const lag = new EventLoopLag(delays);
    expect(lag.maxMs).toBe(0);
    delays.max = 170e6;
    expect(lag.maxMs).toBe(150);
    vi.advanceTimersByTime(5_000);
    delays.max = 40e6;
    expect(lag.maxMs).toBe(150);
    vi.advanceTimersByTime(5_000);
    expect(lag.maxMs).toBe(20);
    vi.advanceTimersByTime(5_000);
    expect(lag.maxMs).toBe(0);
    lag.onModuleDestroy();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
