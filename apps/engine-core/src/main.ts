import { runEngineProcess } from '@app/engine-server';
import { readOptions } from './engine-core.options.js';
import { startEngineCore } from './start-engine-core.js';

await runEngineProcess(async (say) => {
  const options = readOptions(process.argv.slice(2));
  process.title = `aerie: engine core ${options.rank}`;
  return { servers: [await startEngineCore(options, say)], drainTimeoutMs: options.shutdownTimeoutMs };
});
