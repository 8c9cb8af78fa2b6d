import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { InternalError, UnavailableError } from '@app/errors';

/** What an engine does wrong has a form of its own on these routes: the error is a text. */
@Catch(InternalError, UnavailableError)
export class PauseFailureFilter implements ExceptionFilter<InternalError | UnavailableError> {
  /** `what`: that could not be done. */
  constructor(private readonly what: string) {}

  catch({ message }: InternalError | UnavailableError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(500).send({ error: `Failed to ${this.what}: ${message}` });
  }
}
