import { describe, expect, it } from 'vitest';
import { ConfigProblemsError } from '@server/config/index';
import { readFrontendOptions } from './frontend-options.js';

const isSocket = (fd: number): boolean => fd < 10;

function problems(argv: readonly string[]): readonly string[] {
  try {
    readFrontendOptions(argv, isSocket);
  } catch (error) {
    if (error instanceof ConfigProblemsError) return error.problems;
    throw error;
  }
  return [];
}

const sockets = ['--listen-fd', '3', '--input-listener-fd', '4', '--output-listener-fd', '5'];
const rest = ['--engine-count', '1', '--args-json', '{"model":"m"}'];

describe('readFrontendOptions', () => {
  it('reads the flags of releases before 0.32', () => {
    const argv = [
      ...['--listen-fd', '3', '--input-address', 'ipc:///run/i', '--output-address', 'tcp://10.0.0.1:0'],
      ...['--engine-count', '2', '--coordinator-address', 'tcp://10.0.0.1:5', '--args-json', '{"model":"m"}'],
    ];
    expect(readFrontendOptions(argv, isSocket)).toEqual({
      listenFd: 3,
      input: { address: 'ipc:///run/i' },
      output: { address: 'tcp://10.0.0.1:0' },
      engineStartIndex: 0,
      engineCount: 2,
      grpcListenFd: undefined,
      coordinatorAddress: 'tcp://10.0.0.1:5',
      vllmArguments: { model: 'm' },
    });
  });

  it('reads those of later ones', () => {
    const ranks = ['--engine-start-index=6', '--engine-count=2', '--data-parallel-size=8', '--grpc-listen-fd=9'];
    expect(readFrontendOptions([...sockets, ...ranks, '--args-json', '{}'], isSocket)).toEqual({
      listenFd: 3,
      input: { fd: 4 },
      output: { fd: 5 },
      engineStartIndex: 6,
      engineCount: 2,
      grpcListenFd: 9,
      coordinatorAddress: undefined,
      vllmArguments: {},
    });
  });

  it('names everything that is missing', () => {
    expect(problems([])).toEqual([
      '--listen-fd is missing',
      '--input-address and --input-listener-fd are missing: one of them is needed',
      '--output-address and --output-listener-fd are missing: one of them is needed',
      '--engine-count is missing',
      '--args-json is missing',
    ]);
  });

  it.each([
    [
      ['--bogus', '1'],
      ['unrecognized argument --bogus', 'unexpected argument "1"'],
    ],
    [['--bogus=1'], ['unrecognized argument --bogus']],
    [['-x'], ['unrecognized argument -x']],
    [['--listen-fd', '-1'], ['--listen-fd: expected an integer from 0 to 2147483647, got "-1"']],
    [['--engine-count', '0'], ['--engine-count: expected an integer from 1 to 65536, got "0"']],
    [
      ['--engine-start-index', '65535', '--engine-count', '2'],
      ['--engine-count: expected an integer from 1 to 1, got "2"'],
    ],
    [['--data-parallel-size', 'many'], ['--data-parallel-size: expected an integer from 1 to 65536, got "many"']],
    [['--listen-fd', '99'], ['--listen-fd: descriptor 99 is no open socket']],
    [['--output-listener-fd=10'], ['--output-listener-fd: descriptor 10 is no open socket']],
    [['--input-address', 'ipc:///i'], ['--input-address and --input-listener-fd exclude each other']],
    [['--coordinator-address', 'x'], ['--coordinator-address: expected a tcp:// or ipc:// address, got "x"']],
    [['--output-listener-fd', '4'], ['--input-listener-fd and --output-listener-fd name the same descriptor, 4']],
    [['--grpc-listen-fd', '3'], ['--listen-fd and --grpc-listen-fd name the same descriptor, 3']],
    [['--engine-count'], ['--engine-count: expected a value']],
  ])('refuses %j by name', (more, expected) => {
    expect(problems([...sockets, ...rest, ...more])).toEqual(expected);
  });

  it.each(['', '{"api_key":"sk-secret"', '["sk-secret"]', 'null', '"sk-secret"'])(
    'refuses %j as arguments, and does not repeat it',
    (json) => {
      const argv = [...sockets, '--engine-count', '1', '--args-json', json];
      expect(problems(argv)).toEqual(['--args-json: expected a JSON object']);
    },
  );
});
