import { BadRequestException } from '@nestjs/common';
import { isObject } from '@server/http/validation/index';

export interface ScaleCommand {
  readonly engineCount: number;
  readonly drainTimeoutMs: number;
}

const DEFAULT_DRAIN_TIMEOUT_S = 120;

/** Throws `BadRequestException` in vLLM's words; `true` is no number here. */
export function toScaleCommand(body: unknown): ScaleCommand {
  if (!isObject(body)) throw new BadRequestException('Request body must be a JSON object');
  const { new_data_parallel_size: engineCount, drain_timeout: drainTimeout = DEFAULT_DRAIN_TIMEOUT_S } = body;
  if (engineCount === undefined || engineCount === null) {
    throw new BadRequestException('new_data_parallel_size is required');
  }
  if (!isPositiveInteger(engineCount)) {
    throw new BadRequestException('new_data_parallel_size must be a positive integer');
  }
  if (!isPositiveInteger(drainTimeout)) throw new BadRequestException('drain_timeout must be a positive integer');
  return { engineCount, drainTimeoutMs: drainTimeout * 1000 };
}

function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
