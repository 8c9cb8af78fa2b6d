import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { jsonBodyOr } from '../shared/json-body-or.js';
import { toScaleCommand } from './to-scale-command.js';
import type { ScaleCommand } from './to-scale-command.js';

/** The body of `POST /scale_elastic_ep`; what is no JSON is refused in words of this route. */
export const ScaleBody = createParamDecorator((_: undefined, execution: ExecutionContext): ScaleCommand =>
  toScaleCommand(jsonBodyOr(execution.switchToHttp().getRequest(), 'Invalid JSON format')),
);
