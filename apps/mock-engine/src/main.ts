import { runEngineProcess } from '@app/engine-server';
import { readOptions } from './mock-engine.options.js';
import { startMockEngine } from './start-mock-engine.js';

await runEngineProcess(async (say) => {
  const options = readOptions(process.argv.slice(2));
  process.title = `aerie: mock engine ${options.rank}`;
  return { server: await startMockEngine(options, say) };
});
