import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { isWorkerMessage } from './messages.js';
import type { SupervisorMessage, WorkerMessage } from './messages.js';

/** One API-server process as its supervisor sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** How it ended ("was ended by SIGKILL"), once everything it said has been heard. */
  readonly ended: Promise<string>;
  /** Does nothing when it has ended. */
  send(message: SupervisorMessage): void;
  /** At once. */
  kill(): void;
}

/** Starts this program once more, as a worker of the cluster. */
export function forkWorker(onMessage: (message: WorkerMessage) => void): WorkerProcess {
  // Round robin: the supervisor accepts, so a worker that is busy gets no connection, and one that leaves loses none.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ serialization: 'advanced' });
  const worker = cluster.fork();
  worker.on('message', (message: unknown) => {
    if (isWorkerMessage(message)) onMessage(message);
  });
  return {
    pid: worker.process.pid,
    ended: endOf(worker),
    send: (message) => {
      // Its end is told by `ended`; a message that crosses it is no error.
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };
}

/** Two ends, in any order: of the process, and of what it sent. */
function endOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    let exit: string | undefined;
    let heardAll = false;
    const finish = (): void => {
      if (exit !== undefined && heardAll) resolve(exit);
    };
    worker.once('exit', (code: number | null, signal: string | null) => {
      exit = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
      finish();
    });
    worker.once('disconnect', () => {
      heardAll = true;
      finish();
    });
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) resolve(`could not be started: ${error.message}`);
    });
  });
}
