import { describe, expect, it } from 'vitest';
import type { EngineScaling } from '@app/engine-protocol';
import { ScalingGuard } from './scaling.guard.js';

const committing = { type: 'scaling', phase: 'committing', engineCount: 2 } as const;

describe('ScalingGuard', () => {
  it.each<[EngineScaling, string, boolean]>([
    [{ type: 'steady' }, '/v1/models', true],
    [{ type: 'failed', reason: 'no' }, '/v1/models', true],
    [committing, '/v1/models', false],
    [committing, '/scale_elastic_ep', false],
    [committing, '/ping', false],
    [committing, '/health/', false],
    [committing, '/health', true],
    [committing, '/health/live', true],
    [committing, '/health/ready', true],
    [committing, '/health/else', false],
    [committing, '/is_scaling_elastic_ep', true],
  ])('%o: %s is open: %s', (scaling, path, expected) => {
    expect(new ScalingGuard({ scaling }).allows(path)).toBe(expected);
  });
});
