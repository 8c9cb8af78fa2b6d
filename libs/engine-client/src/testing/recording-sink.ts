import type { ServerError } from '@app/errors';
import type { EngineOutput, OutputSink } from '@app/engine-protocol';

/** Keeps what it is told, as lines; `ended` settles with the last one. */
export class RecordingSink implements OutputSink {
  readonly heard: string[] = [];
  readonly ended: Promise<string>;
  private resolve!: (last: string) => void;
  private readonly pushed: (() => void)[] = [];

  constructor(private readonly onPush: (output: EngineOutput) => void = () => undefined) {
    this.ended = new Promise((resolve) => (this.resolve = resolve));
  }

  push(output: EngineOutput, timestamp: number): void {
    const { newTokenIds, finishReason } = output;
    this.heard.push(`${newTokenIds.join(' ')}${finishReason === undefined ? '' : ` ${finishReason}`} @${timestamp}`);
    this.pushed.splice(0).forEach((resolve) => resolve());
    this.onPush(output);
    if (finishReason !== undefined) {
      this.resolve(this.heard.at(-1)!);
    }
  }

  fail(error: ServerError): void {
    this.heard.push(`${error.name}: ${error.message}`);
    this.resolve(this.heard.at(-1)!);
  }

  /** Resolves with the next output. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => this.pushed.push(resolve));
  }
}
