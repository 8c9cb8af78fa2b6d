import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedEngineProcess, ipcAddress } from '@app/engine-client';
import type { Logger } from '@app/logging';
import { deriveMaxModelLen } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import type { ServerConfig } from '@server/config/index';

export interface EngineConnection {
  readonly config: ServerConfig;
  readonly model: ModelDescription;
  /** Compiled entry of our engine core's process. */
  readonly engineCoreEntry: string;
  readonly logger: Logger;
  /** What the engine says while it starts. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Ends the start-up. */
  readonly signal?: AbortSignal | undefined;
}

/** Which engine cores there are, where they say HELLO, and how those that are ours are started. */
export interface EngineDeployment {
  readonly engineCount: number;
  readonly localEngineCount: number;
  readonly handshakeAddress: string;
  /** For `ipc` data sockets, when every engine is on this host. */
  readonly dataDirectory?: string | undefined;
  readonly launch?: ((handshakeAddress: string) => readonly ManagedEngineProcess[]) | undefined;
}

type EngineChoice = 'onnx' | 'vllm';

/** `auto` is our own engine, unless every engine is said to run elsewhere. */
export function chosenEngine({ engine }: Pick<ServerConfig, 'engine'>): EngineChoice {
  if (engine.engine !== 'auto') {
    return engine.engine;
  }
  return engine.dataParallelSizeLocal === 0 ? 'vllm' : 'onnx';
}

/** Prompt and output together, as far as the operator limits them; undefined: the engine decides. Throws `ConfigurationError`. */
export function operatorMaxModelLen(config: ServerConfig, model: ModelDescription): number | undefined {
  const { maxModelLen, allowLongMaxModelLen } = config.model;
  if (chosenEngine(config) === 'onnx') {
    return deriveMaxModelLen(model, maxModelLen);
  }
  return maxModelLen === undefined ? undefined : deriveMaxModelLen(model, maxModelLen, allowLongMaxModelLen);
}

/** The engines of this configuration. Throws `ConfigurationError`. */
export function toDeployment(connection: EngineConnection): EngineDeployment {
  switch (chosenEngine(connection.config)) {
    case 'onnx':
      return ownEngines(connection);
    case 'vllm':
      return enginesElsewhere(connection);
  }
}

/** Our own engine cores, as children of this process, over unix sockets in a folder that only this user can enter. */
function ownEngines(connection: EngineConnection): EngineDeployment {
  const { config, model } = connection;
  const { dataParallelSize: engineCount } = config.engine;
  const maxModelLen = deriveMaxModelLen(model, config.model.maxModelLen);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'aerie-'));
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));
  return {
    engineCount,
    localEngineCount: engineCount,
    handshakeAddress: ipcAddress(dataDirectory),
    dataDirectory,
    launch: (address) =>
      Array.from({ length: engineCount }, (_, rank) => launchCore(connection, { rank, address, maxModelLen })),
  };
}

function launchCore(
  { config, model, engineCoreEntry, logger, onProgress }: EngineConnection,
  { rank, address, maxModelLen }: { readonly rank: number; readonly address: string; readonly maxModelLen: number },
): ManagedEngineProcess {
  const { maxNumSeqs, engineThreads } = config.engine;
  const args = [
    engineCoreEntry,
    ...['--model', model.directory, '--handshake', address, '--rank', String(rank)],
    ...['--max-model-len', String(maxModelLen)],
    ...(maxNumSeqs === undefined ? [] : ['--max-num-seqs', String(maxNumSeqs)]),
    ...(engineThreads === undefined ? [] : ['--threads', String(engineThreads)]),
  ];
  return ManagedEngineProcess.start({
    name: `engine core ${rank}`,
    command: process.execPath,
    args,
    logger,
    onLine: onProgress,
  });
}

/** vLLM's own engine cores, started by others with `--headless`: we wait for them on a TCP port. */
function enginesElsewhere({ config, logger }: EngineConnection): EngineDeployment {
  const { dataParallelSize: engineCount, dataParallelAddress, dataParallelRpcPort } = config.engine;
  const handshakeAddress = `tcp://${dataParallelAddress}:${dataParallelRpcPort}`;
  logger.info({ engines: engineCount, address: handshakeAddress }, 'waiting for engines');
  return { engineCount, localEngineCount: 0, handshakeAddress };
}
