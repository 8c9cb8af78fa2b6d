import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { LoadCounter } from './load-counter.js';

/** Counts a request from its handler's start until its connection is done with it, streams included (§3.7). For tracked routes: `@UseInterceptors`. */
@Injectable()
export class LoadInterceptor implements NestInterceptor {
  constructor(private readonly counter: LoadCounter) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = execution.switchToHttp().getResponse<FastifyReply>();
    reply.raw.once('close', this.counter.enter());
    return next.handle();
  }
}
