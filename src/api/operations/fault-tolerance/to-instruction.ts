import { BadRequestException } from '@nestjs/common';
import { pythonText } from '@app/python-text';
import { isObject } from '@server/http/validation/index';

/** What engines are told to do after a fault. */
export interface Instruction {
  readonly instruction: 'retry';
  readonly params: Readonly<Record<string, unknown>>;
}

/** Throws `BadRequestException` in vLLM's words. */
export function toInstruction(body: unknown): Instruction {
  if (!isObject(body)) throw new BadRequestException('Request body must be a JSON object.');
  const { instruction, params = {} } = body;
  if (instruction === undefined || instruction === null || instruction === '') {
    throw new BadRequestException("'instruction' is required.");
  }
  if (instruction !== 'retry') {
    throw new BadRequestException(`Invalid instruction: '${pythonText(instruction).slice(0, 100)}'.`);
  }
  if (!isObject(params)) throw new BadRequestException("'params' must be an object.");
  return { instruction, params };
}
