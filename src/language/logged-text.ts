import { Text } from '@app/text';
import type { PreparedText, TextOptions, TextRequest } from '@app/text';
import type { RequestLog } from './request-log.js';

/** Text whose requests are logged as they start, and what comes of them: for every family at once, and at no cost where nothing is logged. */
export class LoggedText extends Text {
  constructor(
    options: TextOptions,
    private readonly log: RequestLog,
  ) {
    super(options);
  }

  override async prepare(request: TextRequest): Promise<PreparedText> {
    const prepared = await super.prepare(request);
    return {
      ...prepared,
      start: (sink) => {
        this.log.received(prepared);
        return prepared.start(this.log.hearing(sink, request));
      },
    };
  }
}
