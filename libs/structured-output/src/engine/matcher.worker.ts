import { parentPort, workerData } from 'node:worker_threads';
import { loadTokenBytes } from '@app/tokenization';
import { limitWasmMemory } from './load-xgrammar.js';
import { MatcherHost } from './matcher-host.js';
import type { MatcherCommand } from './matcher-messages.js';
import type { MatcherThreadData } from './spawn-matcher-thread.js';
import { TokenMasks } from './token-masks.js';

/** Entry point of a matcher thread: it ends with the first thing that breaks its WebAssembly instance. */
const port = parentPort;
if (port === null) throw new Error('this is the entry of a worker thread');
const { model, maxMemoryBytes } = workerData as MatcherThreadData;
limitWasmMemory(maxMemoryBytes);
const masks = await TokenMasks.create(await loadTokenBytes(model));
const host = new MatcherHost(masks, (reply) => port.postMessage(reply));
port.on('message', (command: MatcherCommand) => {
  host.take(command).catch((error: unknown) => {
    setImmediate(() => {
      throw error;
    });
  });
});
