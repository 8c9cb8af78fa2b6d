import { describe, expect, it } from 'vitest';
import { toScaleCommand } from './to-scale-command.js';

describe('toScaleCommand', () => {
  it.each([
    [{ new_data_parallel_size: 2 }, { engineCount: 2, drainTimeoutMs: 120_000 }],
    [
      { new_data_parallel_size: 3, drain_timeout: 1, other: 'ignored' },
      { engineCount: 3, drainTimeoutMs: 1_000 },
    ],
  ])('reads %o', (body, expected) => {
    expect(toScaleCommand(body)).toEqual(expected);
  });

  it.each([
    [undefined, 'Request body must be a JSON object'],
    [[2], 'Request body must be a JSON object'],
    [{}, 'new_data_parallel_size is required'],
    [{ new_data_parallel_size: null }, 'new_data_parallel_size is required'],
    [{ new_data_parallel_size: 0 }, 'new_data_parallel_size must be a positive integer'],
    [{ new_data_parallel_size: true }, 'new_data_parallel_size must be a positive integer'],
    [{ new_data_parallel_size: '2' }, 'new_data_parallel_size must be a positive integer'],
    [{ new_data_parallel_size: 1.5 }, 'new_data_parallel_size must be a positive integer'],
    [{ new_data_parallel_size: 2n ** 70n }, 'new_data_parallel_size must be a positive integer'],
    [{ new_data_parallel_size: 2, drain_timeout: 0 }, 'drain_timeout must be a positive integer'],
    [{ new_data_parallel_size: 2, drain_timeout: null }, 'drain_timeout must be a positive integer'],
  ])('refuses %o', (body, message) => {
    expect(() => toScaleCommand(body)).toThrow(message);
  });
});
