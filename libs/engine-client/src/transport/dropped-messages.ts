import type { Logger } from '@app/logging';

/** Counts messages that were dropped. Logs powers of two only: whoever floods a socket does not flood the log. */
export class DroppedMessages {
  private dropped = 0;

  constructor(
    private readonly logger: Logger,
    private readonly from: string,
  ) {}

  get count(): number {
    return this.dropped;
  }

  add(error: unknown): void {
    this.dropped++;
    if (Number.isInteger(Math.log2(this.dropped))) {
      this.logger.warn({ reason: String(error), dropped: this.dropped }, `message of ${this.from} was dropped`);
    }
  }
}
