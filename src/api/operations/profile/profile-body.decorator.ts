import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { anyTypeJson, hasBody } from '@server/http/any-type-json';
import { compileValidator, malformedJson } from '@server/http/validation/index';
import { StartProfileRequest } from './dto/start-profile-request.dto.js';

const validate = compileValidator(StartProfileRequest, { strict: true });

/** The body of `POST /start_profile`, of any content type; without one nothing is asked for. */
export const ProfileBody = createParamDecorator((_: undefined, execution: ExecutionContext): StartProfileRequest => {
  const request: FastifyRequest = execution.switchToHttp().getRequest();
  const body = hasBody(request) ? anyTypeJson(request, malformedJson) : null;
  return validate(body ?? {});
});
