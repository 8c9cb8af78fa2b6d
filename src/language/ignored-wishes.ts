import type { Logger } from '@app/logging';

/** Tells the operator what requests ask for in vain: each text once, for whoever asks once asks again. */
export class IgnoredWishes {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Logger) {}

  /** `message`: one of a few, never a text of a client. */
  tell(message: string): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    this.logger.warn(message);
  }
}
