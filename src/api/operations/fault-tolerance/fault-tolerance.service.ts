import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { isObject } from '@server/http/validation/index';
import { PATIENT } from '../shared/patient.js';
import type { Instruction } from './to-instruction.js';

/** Body of `GET /fault_tolerance/status`. */
export interface FaultToleranceStatus {
  readonly schema_version: 1;
  readonly total_engines: number;
  readonly engines: readonly EngineStatus[];
}

interface EngineStatus {
  /** Global data-parallel rank. */
  readonly id: number;
  readonly status: string;
  readonly fault_info?: string | undefined;
  /** Of the latest instruction that failed, and why. */
  readonly last_ft_request_id?: string | undefined;
  readonly ft_error?: string | undefined;
}

interface FailedInstruction {
  readonly requestId: string;
  readonly reason: string;
}

/** Engines that wait after a fault until they are told how to go on. */
@Injectable()
export class FaultToleranceService {
  private failed: FailedInstruction | undefined;

  constructor(@Inject(Engine) private readonly engine: Engine) {}

  status(): FaultToleranceStatus {
    const engines = this.engine.faultStatuses;
    const { failed } = this;
    return {
      schema_version: 1,
      total_engines: engines.length,
      engines: engines.map(({ rank, status, faultInfo }, index) => ({
        id: rank,
        status,
        fault_info: faultInfo,
        ...(index === 0 && failed ? { last_ft_request_id: failed.requestId, ft_error: failed.reason } : {}),
      })),
    };
  }

  /** Gives the instruction's id at once: engines recover only when all of them, behind other servers too, have been told. */
  apply(instruction: Instruction): string {
    const requestId = randomUUID();
    void this.instruct(instruction, requestId).then((reason) => {
      this.failed = reason === undefined ? undefined : { requestId, reason };
    });
    return requestId;
  }

  /** Why it failed. An engine without fault tolerance would fall silent at the call; it never says that it is unhealthy. */
  private async instruct({ instruction, params }: Instruction, requestId: string): Promise<string | undefined> {
    if (!this.engine.faultStatuses.some(({ status }) => status === 'unhealthy')) {
      return `${instruction} was not sent: no engine is unhealthy`;
    }
    try {
      const request = { instruction, params, request_id: requestId };
      const results = await this.engine.callEach('handle_fault_tolerance', [request], PATIENT);
      const refusal = results.find((result) => !isObject(result) || result.success !== true);
      return refusal === undefined ? undefined : reasonOf(refusal);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function reasonOf(result: unknown): string {
  return isObject(result) && typeof result.reason === 'string' ? result.reason : 'the engine gave no reason';
}
