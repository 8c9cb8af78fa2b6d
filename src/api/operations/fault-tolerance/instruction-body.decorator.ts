import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { jsonBodyOr } from '../shared/json-body-or.js';
import { toInstruction } from './to-instruction.js';
import type { Instruction } from './to-instruction.js';

/** The body of `POST /fault_tolerance/apply`. */
export const InstructionBody = createParamDecorator((_: undefined, execution: ExecutionContext): Instruction =>
  toInstruction(jsonBodyOr(execution.switchToHttp().getRequest(), 'Invalid JSON format')),
);
