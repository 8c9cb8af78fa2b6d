export interface EngineCommandOptions {
  /** Address of the front end, `tcp://host:port`. */
  readonly handshake: string;
  /** Of the whole deployment. */
  readonly dataParallelSize: number;
  readonly startRank: number;
  /** Engine cores that the command starts. */
  readonly localCount: number;
}

/**
 * The process for `--engine-command`: the operator's line, as a shell reads it (quotes, variables, `NAME=value` in front), with the flags
 * of vLLM's headless mode after it. The shell gives way to the command, so that signals reach it alone.
 */
export function toEngineCommand(
  line: string,
  { handshake, dataParallelSize, startRank, localCount }: EngineCommandOptions,
): { readonly command: string; readonly args: readonly string[] } {
  const flags = [
    ...headlessFlags({ handshake, dataParallelSize }),
    ...['--data-parallel-size-local', String(localCount)],
    ...(startRank === 0 ? [] : ['--data-parallel-start-rank', String(startRank)]),
  ];
  return { command: '/bin/sh', args: ['-c', `exec env ${line} "$@"`, 'engine', ...flags] };
}

/** What `vllm serve MODEL` is told to make engines for this front end, wherever they run. */
export function headlessFlags({
  handshake,
  dataParallelSize,
}: Pick<EngineCommandOptions, 'handshake' | 'dataParallelSize'>): readonly string[] {
  const { hostname, port } = new URL(handshake.replace(/^tcp:/, 'http:'));
  return [
    '--headless',
    ...['--data-parallel-address', hostname.replace(/^\[|\]$/g, '')],
    ...['--data-parallel-rpc-port', port],
    ...['--data-parallel-size', String(dataParallelSize)],
  ];
}
