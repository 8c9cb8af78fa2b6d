import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedEngineProcess, ipcAddress } from '@app/engine-client';
import type { Logger } from '@app/logging';
import { deriveMaxModelLen } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import type { ServerConfig } from '@server/config/index';

export interface DeploymentOptions {
  readonly config: ServerConfig;
  readonly model: ModelDescription;
  /** Compiled entry of our engine core's process. */
  readonly engineCoreEntry: string;
  readonly logger: Logger;
  /** What the engine says while it starts. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** The engine cores behind this server and how they come up: the same whether one process sends requests or several do. */
export interface EngineDeployment {
  readonly engineCount: number;
  /** Global rank of the first one. */
  readonly startRank: number;
  /** Engines that call themselves local when they say HELLO: the first so many. */
  readonly localEngineCount: number;
  readonly handshakeAddress: string;
  /** For the data sockets when every engine is on this host: unix sockets in a folder that only this user can enter. */
  readonly dataDirectory?: string | undefined;
  /** Starts the engine processes that are ours. */
  readonly launch?: ((handshakeAddress: string) => readonly ManagedEngineProcess[]) | undefined;
  /** Prompt and output together, in tokens, where the operator or the model says it. */
  readonly maxModelLen?: number | undefined;
}

type EngineChoice = 'onnx' | 'vllm';

/** `auto` is our own engine, unless every engine is said to run elsewhere. */
export function chosenEngine({ engine }: Pick<ServerConfig, 'engine'>): EngineChoice {
  if (engine.engine !== 'auto') {
    return engine.engine;
  }
  return engine.dataParallelSizeLocal === 0 ? 'vllm' : 'onnx';
}

/** Throws `ConfigurationError`. What it makes on disk goes when the process exits. */
export function toEngineDeployment(options: DeploymentOptions): EngineDeployment {
  return chosenEngine(options.config) === 'onnx' ? onnxDeployment(options) : vllmDeployment(options);
}

/** Our own engine cores, as children of this process, over unix sockets in a folder that only this user can enter. */
function onnxDeployment(connection: DeploymentOptions): EngineDeployment {
  const { config, model } = connection;
  const { dataParallelSize: engineCount } = config.engine;
  const maxModelLen = deriveMaxModelLen(model, config.model.maxModelLen);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'aerie-'));
  process.once('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));
  return {
    engineCount,
    startRank: 0,
    maxModelLen,
    localEngineCount: engineCount,
    handshakeAddress: ipcAddress(dataDirectory),
    dataDirectory,
    launch: (address) =>
      Array.from({ length: engineCount }, (_, rank) => launchCore(connection, { rank, address, maxModelLen })),
  };
}

function launchCore(
  { config, model, engineCoreEntry, logger, onProgress }: DeploymentOptions,
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
function vllmDeployment({ config, model, logger }: DeploymentOptions): EngineDeployment {
  const { dataParallelSize: engineCount, dataParallelAddress, dataParallelRpcPort } = config.engine;
  const { maxModelLen, allowLongMaxModelLen } = config.model;
  const handshakeAddress = `tcp://${dataParallelAddress}:${dataParallelRpcPort}`;
  logger.info({ engines: engineCount, address: handshakeAddress }, 'waiting for engines');
  return {
    engineCount,
    startRank: 0,
    localEngineCount: 0,
    handshakeAddress,
    maxModelLen: maxModelLen === undefined ? undefined : deriveMaxModelLen(model, maxModelLen, allowLongMaxModelLen),
  };
}
