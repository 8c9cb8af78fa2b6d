import { Worker } from 'node:worker_threads';
import type { ModelDescription } from '@app/model-repository';
import type { MatcherCommand, MatcherReply } from './matcher-messages.js';

/** What a matcher thread is started with. */
export interface MatcherThreadData {
  readonly model: Pick<ModelDescription, 'tokenizerFile' | 'tokenizerConfig'>;
  readonly maxMemoryBytes: number;
}

/** A running matcher thread, as its owner sees it. */
export interface MatcherThread {
  post(command: MatcherCommand): void;
  /** Nothing is heard of it afterwards. */
  end(): void;
}

export interface MatcherThreadListener {
  onReply(reply: MatcherReply): void;
  /** It ended by itself. */
  onDeath(reason: string): void;
}

/** Starts a thread; commands can be posted at once. */
export type SpawnMatcherThread = (listener: MatcherThreadListener) => MatcherThread;

/** `entry`: the compiled `matcher.worker.js`. */
export function matcherThreads(entry: string, workerData: MatcherThreadData): SpawnMatcherThread {
  return (listener) => {
    // What XGrammar prints when it aborts is of no use to anybody: the text says nothing of the request.
    const worker = new Worker(entry, { workerData, stdout: true, stderr: true });
    worker.unref();
    worker.stdout.resume();
    worker.stderr.resume();
    let isOver = false;
    const die = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      listener.onDeath(reason);
    };
    worker.on('message', (reply: MatcherReply) => {
      if (!isOver) listener.onReply(reply);
    });
    worker.on('error', (error) => die(error.message));
    worker.on('exit', () => die('it ended'));
    return {
      post: (command) => worker.postMessage(command),
      end: () => {
        isOver = true;
        void worker.terminate();
      },
    };
  };
}
