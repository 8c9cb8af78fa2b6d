import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServerError } from '@app/errors';
import type { Logger, LogText } from '@app/logging';
import { errorJson, retryHeaders, toErrorFacts } from './error-body.js';
import type { Listeners } from './listeners.js';
import { contextOf } from './request-context.js';
import type { RouteTable } from './route-table.js';
import type { RouteScope } from './scope.decorator.js';
import { toUnroutedAnswer } from './to-unrouted-answer.js';

/** The only place that turns an exception into an answer. */
@Catch()
export class ApiExceptionFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly listeners: Listeners,
    private readonly logger: Logger,
    /** Shows where the errors of answers come from; undefined: only those that nobody threw on purpose are logged. */
    private readonly errorText?: LogText,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (request.is404) {
      this.answerUnrouted(request, reply);
      return;
    }
    const context = contextOf(request);
    if (context.isDisconnect(error)) {
      return;
    }
    const facts = toErrorFacts(error, context);
    if (!(error instanceof ServerError || error instanceof HttpException)) {
      this.logger.error(
        { err: error, route: request.routeOptions.url },
        'a request failed because of a fault of the server',
      );
    } else if (this.errorText) {
      const stack = this.errorText.of(error.stack ?? error.message);
      this.logger.error({ stack, route: request.routeOptions.url, status: facts.code }, 'a request was refused');
    }
    if (reply.sent) {
      return;
    }
    const headers = { 'content-type': 'application/json', ...retryHeaders(facts.code) };
    void reply.code(facts.code).headers(headers).send(errorJson(facts));
  }

  private answerUnrouted(request: FastifyRequest, reply: FastifyReply): void {
    const { method, url, originalUrl, protocol, host, raw } = request;
    const isShown = (scope: RouteScope): boolean => this.listeners.shows(raw, scope);
    // What `--root-path` took off.
    const prefix = originalUrl.slice(0, originalUrl.length - url.length);
    const { status, headers, body } = toUnroutedAnswer(this.routes, { method, url, protocol, host, prefix, isShown });
    void reply.code(status).headers(headers);
    if (body) {
      void reply.header('content-type', 'application/json');
    }
    void reply.send(body ? JSON.stringify(body) : undefined);
  }
}
