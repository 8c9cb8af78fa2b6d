import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient, ManagedEngineProcess, ipcAddress } from '@app/engine-client';
import type { Engine } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { deriveMaxModelLen } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import type { ServerConfig } from '@server/config/index';
import { loadEngineLayouts } from './load-engine-layouts.js';

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

type EngineChoice = 'onnx' | 'vllm';

/** `auto` is our own engine, unless every engine is said to run elsewhere. */
export function chosenEngine({ engine }: Pick<ServerConfig, 'engine'>): EngineChoice {
  if (engine.engine !== 'auto') {
    return engine.engine;
  }
  return engine.dataParallelSizeLocal === 0 ? 'vllm' : 'onnx';
}

/**
 * The engine of this configuration, ready. Throws `ConfigurationError` or `UnavailableError` with one clear line;
 * nothing is left running then.
 */
export function connectEngine(connection: EngineConnection): Promise<Engine> {
  switch (chosenEngine(connection.config)) {
    case 'onnx':
      return connectOnnx(connection);
    case 'vllm':
      return connectVllm(connection);
  }
}

/** Our own engine cores, as children of this process, over unix sockets in a folder that only this user can enter. */
async function connectOnnx(connection: EngineConnection): Promise<Engine> {
  const { config, model, logger, signal } = connection;
  const { dataParallelSize, engineReadyTimeout } = config.engine;
  const directory = mkdtempSync(join(tmpdir(), 'aerie-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const maxModelLen = deriveMaxModelLen(model, config.model.maxModelLen);
  return EngineClient.connect({
    engineCount: dataParallelSize,
    maxModelLen,
    readyTimeoutMs: engineReadyTimeout * 1000,
    logger,
    signal,
    attachment: {
      type: 'handshake',
      handshakeAddress: ipcAddress(directory),
      dataDirectory: directory,
      localEngineCount: dataParallelSize,
      launch: (address) =>
        Array.from({ length: dataParallelSize }, (_, rank) => launchCore(connection, { rank, address, maxModelLen })),
    },
  });
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
async function connectVllm({ config, model, logger, signal }: EngineConnection): Promise<Engine> {
  const { dataParallelSize, dataParallelAddress, dataParallelRpcPort, engineReadyTimeout } = config.engine;
  const { engineRelease, engineLayouts } = config.engine;
  const { maxModelLen, allowLongMaxModelLen } = config.model;
  const handshakeAddress = `tcp://${dataParallelAddress}:${dataParallelRpcPort}`;
  logger.info({ engines: dataParallelSize, address: handshakeAddress }, 'waiting for engines');
  return EngineClient.connect({
    engineCount: dataParallelSize,
    maxModelLen: maxModelLen === undefined ? undefined : deriveMaxModelLen(model, maxModelLen, allowLongMaxModelLen),
    readyTimeoutMs: engineReadyTimeout * 1000,
    release: engineRelease,
    layout: engineLayouts === undefined ? undefined : loadEngineLayouts(engineLayouts),
    logger,
    signal,
    attachment: { type: 'handshake', handshakeAddress, localEngineCount: 0 },
  });
}
