import { runEngineProcess } from '@app/engine-server';
import { readOptions } from './mock-engine.options.js';
import { startMockEngines } from './start-mock-engines.js';

await runEngineProcess(async (say) => {
  const options = readOptions(process.argv.slice(2));
  process.title = `aerie: mock engine ${options.ranks.join(' ')}`;
  return { servers: await startMockEngines(options, say), drainTimeoutMs: options.shutdownTimeoutMs };
});
