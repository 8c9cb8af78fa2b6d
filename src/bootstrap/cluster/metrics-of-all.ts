import { within } from '@app/async';
import { addUpCounts, mergeSnapshots, registryPage } from '@app/metrics';
import type { MetricsSnapshot } from '@app/metrics';
import type { WorkerProcess } from './worker-process.js';

/** A worker that is busy for longer counts with what it said last. */
const ANSWER_DEADLINE_MS = 1_000;

interface Member {
  /** What it said last. */
  snapshot?: MetricsSnapshot;
  /** Somebody waits for what it says next. */
  answered?: () => void;
}

/** The series of all workers as those of one server: also of those that have ended, so that nothing ever counts backwards. */
export class MetricsOfAll {
  private readonly members = new Map<WorkerProcess, Member>();
  private ofTheEnded: Promise<MetricsSnapshot> = Promise.resolve({ metrics: [], heardAt: {}, setAt: {} });
  private gathering: Promise<string> | undefined;

  /** From now on it is asked. */
  add(worker: WorkerProcess): void {
    this.members.set(worker, {});
  }

  /** What it said. */
  take(worker: WorkerProcess, snapshot: MetricsSnapshot): void {
    const member = this.members.get(worker);
    if (member === undefined) return;
    member.snapshot = snapshot;
    member.answered?.();
  }

  /** It has ended: what it said last is kept. */
  remove(worker: WorkerProcess): void {
    const { snapshot, answered } = this.members.get(worker) ?? {};
    this.members.delete(worker);
    answered?.();
    if (snapshot === undefined) return;
    const before = this.ofTheEnded;
    this.ofTheEnded = before.then((ended) => addUpCounts([ended, snapshot]));
  }

  /** In Prometheus' text form. Who asks while others wait already gets what they get. */
  page(): Promise<string> {
    this.gathering ??= this.gather().finally(() => {
      this.gathering = undefined;
    });
    return this.gathering;
  }

  private async gather(): Promise<string> {
    const answers = [...this.members].map(
      ([worker, member]) =>
        new Promise<void>((resolve) => {
          member.answered = resolve;
          worker.send({ type: 'metrics-wanted' });
        }),
    );
    await within(
      ANSWER_DEADLINE_MS,
      Promise.all(answers).then(() => undefined),
    );
    // Both at the same moment: who ends from here on is among the living.
    const living = [...this.members.values()].flatMap(({ snapshot }) => snapshot ?? []);
    const ended = this.ofTheEnded;
    return registryPage(mergeSnapshots([await ended, ...living]), { created: false });
  }
}
