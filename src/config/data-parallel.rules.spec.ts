import { describe, expect, it } from 'vitest';
import { coordination, dataParallelProblems, loadBalancing, managedRanks } from './data-parallel.rules.js';
import { loadConfig } from './load-config.js';

/** The data-parallel flags of a command line; those of four engines in all. */
function flags(line: string) {
  const argv = ['--data-parallel-size', '4', ...line.split(' ').filter((word) => word !== '')];
  return loadConfig({ argv }).config.engine;
}

describe('the ranks behind a server', () => {
  it.each([
    ['', 'internal', { engineCount: 4, startRank: 0, localCount: 4 }],
    ['-dpl 0', 'internal', { engineCount: 4, startRank: 0, localCount: 0 }],
    ['-dpl 3', 'internal', { engineCount: 4, startRank: 0, localCount: 3 }],
    ['-dpl 2 --data-parallel-hybrid-lb', 'hybrid', { engineCount: 2, startRank: 0, localCount: 2 }],
    ['-dpl 2 -dpr 2', 'hybrid', { engineCount: 2, startRank: 2, localCount: 2 }],
    ['--data-parallel-rank 3', 'external', { engineCount: 1, startRank: 3, localCount: 1 }],
    ['-dpn 3 -dpl 0', 'external', { engineCount: 1, startRank: 3, localCount: 0 }],
    ['--data-parallel-external-lb', 'external', { engineCount: 1, startRank: 0, localCount: 1 }],
    ['--headless -dpl 2 -dpr 2', 'internal', { engineCount: 2, startRank: 2, localCount: 2 }],
    ['--headless', 'internal', { engineCount: 4, startRank: 0, localCount: 4 }],
  ])('of "%s" are those of %s load balancing', (line, mode, ranks) => {
    expect([loadBalancing(flags(line)), managedRanks(flags(line))]).toEqual([mode, ranks]);
  });

  it.each([
    ['', { relayedEngineCount: 0 }],
    ['-dpl 3 --data-parallel-hybrid-lb', { relayedEngineCount: 1 }],
    ['-dpl 2 -dpr 2', 'elsewhere'],
    ['-dpn 0', { relayedEngineCount: 3 }],
    ['-dpn 1', 'elsewhere'],
  ])('of "%s" are coordinated: %j', (line, expected) => {
    expect(coordination(flags(line))).toEqual(expected);
  });

  it.each([
    [{ dataParallelRank: 4 }, ['--data-parallel-rank 4 is out of range [0, 4)']],
    [{ dataParallelSizeLocal: 5 }, ['--data-parallel-size-local 5 is more than --data-parallel-size 4']],
    [
      { dataParallelStartRank: 3, dataParallelSizeLocal: 2 },
      ['--data-parallel-start-rank 3 and --data-parallel-size-local 2 go beyond --data-parallel-size 4'],
    ],
    [
      { dataParallelExternalLb: true, dataParallelHybridLb: true },
      [expect.stringContaining('Cannot use more than one data parallel load balancing mode.')],
    ],
    [{ headless: true, dataParallelHybridLb: true }, ['data_parallel_hybrid_lb is not applicable in headless mode']],
    [{ headless: true, dataParallelSizeLocal: 0 }, ['data_parallel_size_local must be > 0 in headless mode']],
    [
      { dataParallelHybridLb: true, dataParallelSizeLocal: 0 },
      ['--data-parallel-hybrid-lb serves the engines of this node: --data-parallel-size-local must be > 0'],
    ],
    [{ dataParallelStartRank: 2, dataParallelSizeLocal: 2 }, []],
  ])('contradict themselves in %j', (given, expected) => {
    expect(dataParallelProblems({ ...flags(''), ...given })).toEqual(expected);
  });
});
