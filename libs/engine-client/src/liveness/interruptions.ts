import { UnavailableError } from '@app/errors';
import type { Logger } from '@app/logging';
import { failSink } from '../outputs/sweep-outputs.js';
import type { AbortBatch } from '../requests/abort-batch.js';
import type { RequestTable } from '../requests/request-table.js';
import type { EngineLiveness } from './engine-liveness.js';

export interface InterruptionParts {
  readonly liveness: EngineLiveness;
  readonly table: RequestTable;
  readonly aborts: AbortBatch;
  readonly logger: Logger;
  readonly nameOf: (engine: number) => string;
  /** Engines that run already take a moment to find a process at the addresses of another: nothing to warn of. */
  readonly isExpected: () => boolean;
}

/** Connections to engines that break and come back: what may have been lost on the way is given up. */
export class Interruptions {
  /** Number of the first message that was held back for an engine which cannot be reached. */
  private readonly firstHeld = new Map<number, number>();

  constructor(private readonly parts: InterruptionParts) {}

  begun(engine: number, firstHeld: number): void {
    this.firstHeld.set(engine, firstHeld);
    this.parts.liveness.unreachable(engine, performance.now());
    this.log({ engine: this.parts.nameOf(engine) }, 'engine cannot be reached');
  }

  /** What was sent into the connection that broke may be lost: requests the engine has never answered are given up. */
  over(engine: number): void {
    const { liveness, table, aborts, nameOf } = this.parts;
    const firstHeld = this.firstHeld.get(engine) ?? 0;
    liveness.reachable(engine);
    const doubtful = table.takeWhere(
      (entry) => entry.engine === engine && !entry.heard && entry.sendNumber < firstHeld,
    );
    for (const entry of doubtful) {
      aborts.add(engine, entry.requestId);
      failSink(entry, new UnavailableError('The connection to the engine was interrupted.'));
    }
    this.log({ engine: nameOf(engine), failed: doubtful.length }, 'engine is reachable again');
  }

  private log(facts: Readonly<Record<string, unknown>>, message: string): void {
    this.parts.logger[this.parts.isExpected() ? 'debug' : 'warn'](facts, message);
  }
}
