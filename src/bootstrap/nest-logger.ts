import type { LoggerService } from '@nestjs/common';
import type { Logger } from '@app/logging';

/** Nest's own lines, in our log: what it tells at start is noise, what goes wrong is not. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown): void {
    this.logger.debug({}, String(message));
  }

  warn(message: unknown): void {
    this.logger.warn({}, String(message));
  }

  error(message: unknown, stack?: unknown): void {
    this.logger.error({ stack }, String(message));
  }

  debug(message: unknown): void {
    this.logger.debug({}, String(message));
  }
}
