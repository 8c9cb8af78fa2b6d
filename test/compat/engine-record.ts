import { Unpackr } from 'msgpackr';
import type { MockEngineEvent } from '@support/mock-engine';
import type { RecordedUtilityCall } from './corpus.js';

/** An ADD as it stood on the wire, by a MessagePack reader that is not ours. */
export interface ReceivedRequest {
  readonly fields: readonly unknown[];
  done: boolean;
  aborted: boolean;
}

const reader = new Unpackr({ int64AsType: 'bigint', useRecords: false, mapsAsObjects: true });

/** What the engine was asked during one case. */
export class EngineRecord {
  readonly requests: ReceivedRequest[] = [];
  readonly utilityCalls: RecordedUtilityCall[] = [];
  private noteSettled: () => void = () => undefined;

  take(event: MockEngineEvent): void {
    switch (event.type) {
      case 'add':
        this.requests.push({ fields: this.decode(event.frames), done: false, aborted: false });
        break;
      case 'step':
        if (event.finish !== undefined) this.end([event.request_id], false);
        break;
      case 'abort':
        this.end(event.request_ids, true);
        break;
      case 'utility':
        this.utilityCalls.push({ method: event.method, args: event.args });
        break;
      case 'died':
        this.end(
          this.requests.map(({ fields }) => String(fields[0])),
          false,
        );
        break;
      case 'init':
      case 'ready':
    }
    if (this.isSettled) this.noteSettled();
  }

  /** Resolves when every request has ended, by its last step, by an abort or with the engine; after a while in any case. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.isSettled) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.noteSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private get isSettled(): boolean {
    return this.requests.every(({ done }) => done);
  }

  private end(requestIds: readonly string[], aborted: boolean): void {
    for (const request of this.requests) {
      if (request.done || !requestIds.includes(String(request.fields[0]))) continue;
      request.done = true;
      request.aborted = aborted;
    }
  }

  private decode([payload]: readonly string[]): readonly unknown[] {
    return reader.unpack(Buffer.from(payload, 'base64')) as unknown[];
  }
}
