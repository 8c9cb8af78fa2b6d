/**
 * An engine core in a process of its own, for tests: it joins at the address given and answers what every engine answers. Each request gets
 * one token; token 13 as prompt makes it die with a last word. Ends when its standard input does.
 */
import { RawEngine } from './raw-engine.js';

const engine = await RawEngine.join(process.argv[2]);
process.stdin.on('end', () => process.exit(0)).resume();
for (;;) {
  const input = await engine.next();
  if (input.type !== 'add') {
    continue;
  }
  const { requestId, promptTokenIds } = input.request;
  if (promptTokenIds.includes(13)) {
    console.error('token 13 is too much');
    process.exit(5);
  }
  await engine.sendOutputs({ requestId, newTokenIds: [promptTokenIds.length] });
}
