import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { toEngineCommand } from './engine-command.js';

/** What the program that a line names gets to see, one per line: variable LEVEL, then its arguments. */
const SHOW = `'${process.execPath}' -e 'console.log([process.env.LEVEL, ...process.argv.slice(1)].join("\\n"))' --`;

function run(line: string, startRank = 0, handshake = 'tcp://127.0.0.1:5555'): readonly string[] {
  const { command, args } = toEngineCommand(line, {
    handshake,
    dataParallelSize: 4,
    startRank,
    localCount: 2,
  });
  return spawnSync(command, args, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
}

const headless = (address: string) => [
  ...['--headless', '--data-parallel-address', address, '--data-parallel-rpc-port', '5555'],
  ...['--data-parallel-size', '4', '--data-parallel-size-local', '2'],
];

describe('toEngineCommand', () => {
  it('runs the line as a shell reads it, with the flags of headless mode after it', () => {
    expect(run(`LEVEL="a b" ${SHOW} serve 'my model' --max-model-len 8`)).toEqual([
      ...['a b', 'serve', 'my model', '--max-model-len', '8'],
      ...headless('127.0.0.1'),
    ]);
  });

  it('names the first rank when it is not 0, and an IPv6 address without brackets', () => {
    expect(run(SHOW, 2, 'tcp://[::1]:5555')).toEqual(['', ...headless('::1'), '--data-parallel-start-rank', '2']);
  });

  it('leaves no shell between us and the command', () => {
    const { command, args } = toEngineCommand('sleep 60; :', {
      handshake: 'tcp://h:1',
      dataParallelSize: 1,
      startRank: 0,
      localCount: 1,
    });
    expect([command, args.slice(0, 2)]).toEqual(['/bin/sh', ['-c', 'exec env sleep 60; : "$@"']]);
  });
});
