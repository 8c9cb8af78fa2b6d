import type { FastifyInstance } from 'fastify';
import type { Logger, LogText } from '@app/logging';

export interface BodyLogOptions {
  readonly logger: Logger;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: LogText;
}

/** The JSON body of every request in the log, secrets masked (`VLLM_REQUEST_BODY_LOG_LEVEL`). Nothing happens where the level is not written. */
export function registerBodyLog(server: FastifyInstance, { logger, level, text }: BodyLogOptions): void {
  if (!logger.isLevelEnabled(level)) return;
  server.addHook('preHandler', ({ body, routeOptions }, _reply, next) => {
    if (Buffer.isBuffer(body) && body.length > 0) {
      logger[level]({ route: routeOptions.url, body: text.ofBytes(body) }, 'request body');
    }
    next();
  });
}
