import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { FaultToleranceService } from './fault-tolerance.service.js';
import type { FaultToleranceStatus } from './fault-tolerance.service.js';
import { InstructionBody } from './instruction-body.decorator.js';
import type { Instruction } from './to-instruction.js';

interface Accepted {
  readonly message: string;
  readonly request_id: string;
}

/** For an orchestrator that brings engines back after a fault (routes.md §3). */
@Controller('fault_tolerance')
export class FaultToleranceController {
  constructor(@Inject(FaultToleranceService) private readonly faults: FaultToleranceService) {}

  @Post('apply')
  @HttpCode(202)
  apply(@InstructionBody() instruction: Instruction): Accepted {
    const requestId = this.faults.apply(instruction);
    return { message: 'Request accepted; poll /fault_tolerance/status for updates.', request_id: requestId };
  }

  @Get('status')
  status(): FaultToleranceStatus {
    return this.faults.status();
  }
}
