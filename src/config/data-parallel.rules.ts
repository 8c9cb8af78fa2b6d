import type { ServerConfig } from './server-config.js';

export interface ManagedRanks {
  /** Engine cores behind this server. */
  readonly engineCount: number;
  /** Global data-parallel rank of the first one. */
  readonly startRank: number;
  /** How many of them this host runs. */
  readonly localCount: number;
}

/** How requests find their engine (engine protocol §2.7). */
export type LoadBalancing = 'internal' | 'hybrid' | 'external';

type DataParallel = Pick<
  ServerConfig['engine'],
  | 'dataParallelSize'
  | 'dataParallelSizeLocal'
  | 'dataParallelRank'
  | 'dataParallelStartRank'
  | 'dataParallelHybridLb'
  | 'dataParallelExternalLb'
  | 'headless'
>;

/** As vLLM reads its flags: a rank of one's own means an outer balancer, a first rank a server on every node. */
export function loadBalancing(flags: DataParallel): LoadBalancing {
  if (flags.dataParallelExternalLb || flags.dataParallelRank !== undefined) return 'external';
  return flags.dataParallelHybridLb || (flags.dataParallelStartRank !== undefined && !flags.headless)
    ? 'hybrid'
    : 'internal';
}

/** internal: every rank. hybrid, and engines without a server: those of this node. external: one. */
export function managedRanks(flags: DataParallel): ManagedRanks {
  const { dataParallelSize, dataParallelSizeLocal: local = dataParallelSize } = flags;
  if (flags.headless) {
    return { engineCount: local, startRank: flags.dataParallelStartRank ?? 0, localCount: local };
  }
  switch (loadBalancing(flags)) {
    case 'internal':
      return { engineCount: dataParallelSize, startRank: 0, localCount: local };
    case 'hybrid':
      return { engineCount: local, startRank: flags.dataParallelStartRank ?? 0, localCount: local };
    case 'external':
      return { engineCount: 1, startRank: flags.dataParallelRank ?? 0, localCount: local === 0 ? 0 : 1 };
  }
}

/**
 * Mixture-of-experts engines step together over all nodes, so that somebody coordinates them: the server of rank 0. How many engines of other
 * servers come to this one for it, or that it has to go elsewhere itself.
 */
export function coordination(flags: DataParallel): { readonly relayedEngineCount: number } | 'elsewhere' {
  const { engineCount, startRank } = managedRanks(flags);
  if (loadBalancing(flags) === 'internal') return { relayedEngineCount: 0 };
  return startRank > 0 ? 'elsewhere' : { relayedEngineCount: flags.dataParallelSize - engineCount };
}

/** What contradicts itself among the data-parallel flags, in one line each. */
export function dataParallelProblems(flags: DataParallel): string[] {
  const { dataParallelSize: size, dataParallelSizeLocal: local = size, dataParallelRank: rank } = flags;
  const { dataParallelStartRank: start, dataParallelHybridLb, dataParallelExternalLb, headless } = flags;
  const problems: string[] = [];
  const external = dataParallelExternalLb || rank !== undefined;
  if (external && (dataParallelHybridLb || start !== undefined)) {
    problems.push(
      'Cannot use more than one data parallel load balancing mode. Choose one of: --data-parallel-external-lb (or --data-parallel-rank), --data-parallel-hybrid-lb (or --data-parallel-start-rank).',
    );
  }
  if (local > size) {
    problems.push(`--data-parallel-size-local ${local} is more than --data-parallel-size ${size}`);
  }
  if (rank !== undefined && rank >= size) {
    problems.push(`--data-parallel-rank ${rank} is out of range [0, ${size})`);
  }
  if (start !== undefined && start + local > size) {
    problems.push(
      `--data-parallel-start-rank ${start} and --data-parallel-size-local ${local} go beyond --data-parallel-size ${size}`,
    );
  }
  if (headless && dataParallelHybridLb) problems.push('data_parallel_hybrid_lb is not applicable in headless mode');
  if (headless && local === 0) problems.push('data_parallel_size_local must be > 0 in headless mode');
  if (!headless && dataParallelHybridLb && local === 0) {
    problems.push('--data-parallel-hybrid-lb serves the engines of this node: --data-parallel-size-local must be > 0');
  }
  return problems;
}

/** Whoever changes the number of engines must have all of them, and have them alone. */
export function elasticProblems(
  flags: DataParallel & Pick<ServerConfig['engine'], 'enableElasticEp' | 'engine'>,
  apiServerCount: number,
): string[] {
  if (!flags.enableElasticEp) return [];
  const problems: string[] = [];
  if (apiServerCount !== 1) problems.push('--enable-elastic-ep needs --api-server-count 1');
  if (loadBalancing(flags) !== 'internal' || flags.headless) {
    problems.push('--enable-elastic-ep is for a server that balances over all engines itself');
  }
  if (flags.engine === 'onnx') problems.push('--enable-elastic-ep is for --engine vllm: our own engine cannot do it');
  return problems;
}

/** Engines that outlive their faults are brought back from outside, each by the server that is theirs; the first words are vLLM's. */
export function faultToleranceProblems(enabled: boolean, flags: DataParallel, apiServerCount: number): string[] {
  if (!enabled) return [];
  const problems: string[] = [];
  if (loadBalancing(flags) !== 'external') {
    problems.push(
      '--enable-fault-tolerance: Fault tolerance requires external load balancer mode (--data-parallel-external-lb or --data-parallel-rank). Internal LB mode is not supported.',
    );
  }
  if (apiServerCount > 1) {
    problems.push('--enable-fault-tolerance needs --api-server-count 1: engines tell one API server how they are');
  }
  return problems;
}
