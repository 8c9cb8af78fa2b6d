import { BadRequestException, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { anyTypeJson } from './any-type-json.js';
import type { JsonTextError } from './parse-json-text.js';

/** The JSON body of a control route. `malformed`: what is said of a body that is none; default: where it goes wrong, as Python tells it. */
export const AnyTypeJsonBody = createParamDecorator(
  (malformed: string | undefined, execution: ExecutionContext): unknown =>
    anyTypeJson(execution.switchToHttp().getRequest(), (error, text) =>
      malformed === undefined ? jsonDecodeError(error, text) : new BadRequestException(malformed),
    ),
);

/** Where a text goes wrong, as Python tells it. */
export function jsonDecodeError({ reason, offset }: JsonTextError, text: string): BadRequestException {
  return new BadRequestException(`JSON decode error: ${reason}: ${placeOf(text, offset)}`);
}

/** `offset` counts code points. */
function placeOf(text: string, offset: number): string {
  const before = [...text].slice(0, offset);
  const line = before.filter((character) => character === '\n').length + 1;
  const column = offset - before.lastIndexOf('\n');
  return `line ${line} column ${column} (char ${offset})`;
}
