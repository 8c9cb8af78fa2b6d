/**
 * A parent of one engine process, for tests of what happens to the child when its parent ends.
 * argv: how to end (`exit`: process.exit, `throw`: an uncaught error, `wait`: not at all), then the child's program.
 */
import { ManagedEngineProcess } from '../managed-process/managed-engine-process.js';

const [end, program] = process.argv.slice(2);
ManagedEngineProcess.start({
  name: 'child',
  command: process.execPath,
  args: ['-e', program],
  onLine: (line) => {
    console.log(line);
    if (end === 'exit') {
      process.exit(3);
    }
    if (end === 'throw') {
      throw new Error('the parent failed');
    }
  },
});
