import { UnavailableError } from '@app/errors';
import type { EngineLauncher } from '@server/engine/engine-group';
import { MetricsPage } from '@server/http/metrics-page';
import { EngineDeath } from './engine-death.js';
import { isSupervisorMessage } from './messages.js';
import type { Assignment, SupervisorMessage, WorkerMessage } from './messages.js';

/** The supervisor asks every worker, and waits for none longer than a second. */
const PAGE_DEADLINE_MS = 5_000;

export type Leaving = Extract<SupervisorMessage, { readonly type: 'retire' | 'drain' }>;

/** A worker's view of its supervisor. Nobody has to listen when something is said: what is told once is a promise. */
export class SupervisorChannel extends MetricsPage implements EngineLauncher {
  readonly assignment: Promise<Assignment>;
  /** The port is ours. */
  readonly mayListen: Promise<void>;

  private readonly pages = new Map<number, (text: string) => void>();
  private asked = 0;
  private onLeave: (message: Leaving) => void = () => undefined;
  private onMetricsWanted: () => void = () => undefined;
  private assign!: (assignment: Assignment) => void;
  private letListen!: () => void;
  private engines = new EngineDeath();

  /** `channel`: this process, as its supervisor started it. */
  constructor(private readonly channel: NodeJS.Process) {
    super();
    this.assignment = new Promise((resolve) => (this.assign = resolve));
    this.mayListen = new Promise((resolve) => (this.letListen = resolve));
    channel.on('message', (message: unknown) => {
      if (isSupervisorMessage(message)) this.take(message);
    });
    void this.tell({ type: 'hello' });
  }

  /** Resolves with the reason when the engines that run now have ended. */
  get engineEnded(): Promise<string> {
    return this.engines.declared;
  }

  /** Resolves when the message has left. */
  tell(message: WorkerMessage): Promise<void> {
    return new Promise((resolve) => {
      if (this.channel.send === undefined) return resolve();
      this.channel.send(message, () => resolve());
    });
  }

  joined({ registrations, supportedTasks: tasks }: Parameters<EngineLauncher['joined']>[0]): Promise<void> {
    return this.tell({ type: 'joined', registrations, tasks });
  }

  engineDied(reason: string): void {
    void this.tell({ type: 'engine-dead', reason });
  }

  awaitingEngines(): Promise<void> {
    return this.tell({ type: 'awaiting-engines' });
  }

  /** From here on there is something to end, and something to measure. */
  obey(listeners: { readonly leave: (message: Leaving) => void; readonly metricsWanted: () => void }): void {
    this.onLeave = listeners.leave;
    this.onMetricsWanted = listeners.metricsWanted;
  }

  /** The series of all workers. */
  text(): Promise<string> {
    const id = this.asked++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pages.delete(id);
        reject(new UnavailableError('The metrics of the other API servers could not be gathered.'));
      }, PAGE_DEADLINE_MS);
      this.pages.set(id, (text) => {
        clearTimeout(timer);
        resolve(text);
      });
      void this.tell({ type: 'metrics-page-wanted', id });
    });
  }

  private take(message: SupervisorMessage): void {
    switch (message.type) {
      case 'assignment':
        return this.assign(message.assignment);
      case 'listen':
        return this.letListen();
      case 'retire':
      case 'drain':
        return this.onLeave(message);
      case 'engine-ended':
        this.engines.declare(message.reason);
        this.engines = new EngineDeath();
        return;
      case 'metrics-wanted':
        return this.onMetricsWanted();
      case 'metrics-page':
        this.pages.get(message.id)?.(message.text);
        this.pages.delete(message.id);
    }
  }
}
