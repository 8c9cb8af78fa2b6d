import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { InvalidRequestError } from '@app/errors';
import type { RequestContext } from '@server/http/request-context';
import { isObject } from '@server/http/validation/index';
import { InvocationTargets } from './invocation-targets.js';
import { SessionsService } from './sessions/sessions.service.js';

/** Names the LoRA adapter; what the body says of its model never counts. */
const ADAPTER_HEADER = 'x-amzn-sagemaker-adapter-identifier';

@Injectable()
export class InvocationsService {
  constructor(
    private readonly targets: InvocationTargets,
    private readonly sessions: SessionsService,
  ) {}

  /** Opens or closes a session, or answers as the route of the body's form does. */
  async invoke(body: unknown, context: RequestContext, reply: FastifyReply): Promise<void> {
    if (isObject(body) && Object.hasOwn(body, 'requestType')) return this.sessions.answer(body, context, reply);
    await this.sessions.check(context);
    const target = isObject(body) ? this.targets.find(body) : undefined;
    if (!target) {
      const forms = this.targets.forms.map((form) => `'${form}'`).join(', ');
      throw new InvalidRequestError(`Cannot find suitable handler for request. Expected one of: [${forms}]`);
    }
    return target.answer({ ...(body as object), model: context.header(ADAPTER_HEADER) ?? null }, context, reply);
  }
}
