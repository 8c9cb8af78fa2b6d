/**
 * A front end that uses an engine core of its own once and closes, for the test that nothing keeps such a process alive. argv: directory for
 * sockets, then the command of the engine core.
 */
import { EngineClient, ManagedEngineProcess } from '../index.js';

const [directory, command, ...args] = process.argv.slice(2);
const client = await EngineClient.connect({
  engineCount: 1,
  readyTimeoutMs: 20_000,
  attachment: {
    type: 'handshake',
    handshakeAddress: `ipc://${directory}/handshake`,
    dataDirectory: directory,
    localEngineCount: 1,
    launch: (address) => [ManagedEngineProcess.start({ name: 'engine core 0', command, args: [...args, address] })],
  },
});
await client.utility('is_sleeping', []);
await client.close();
console.log('closed');
