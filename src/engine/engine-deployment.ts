import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManagedEngineProcess, ipcAddress } from '@app/engine-client';
import type { ElasticOptions } from '@app/engine-client';
import type { WireLayout } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { deriveMaxModelLen } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import { chosenEngine, coordination, managedRanks } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import { loadEngineLayouts } from './load-engine-layouts.js';
import { headlessFlags, toEngineCommand } from './engine-command.js';
import type { EngineCommandOptions } from './engine-command.js';

export interface DeploymentOptions {
  readonly config: ServerConfig;
  readonly model: ModelDescription;
  /** Compiled entry of our engine core's process. */
  readonly engineCoreEntry: string;
  readonly logger: Logger;
  /** For our own engine core: by them it knows from where on a constraint holds. */
  readonly thoughtMarkers?: ThoughtMarkerTexts | undefined;
  /** What the engine says while it starts. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** Texts that open a model's thoughts, and that end them. */
export interface ThoughtMarkerTexts {
  readonly start: readonly string[];
  readonly end: readonly string[];
  /** An answer begins with a thought, even if nothing opens one. */
  readonly isImplicit: boolean;
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
  readonly launch?: ((handshakeAddress: string) => readonly EngineProcess[]) | undefined;
  /** When the number of engines may change while they run. */
  readonly elastic?: ElasticOptions | undefined;
  /** The engines' vLLM release, when they do not tell it themselves. */
  readonly release?: string | undefined;
  /** What all engines speak, from a manifest. */
  readonly layout?: WireLayout | undefined;
  /** The engines step together when there are several. */
  readonly mixtureOfExperts: boolean;
  /** Engines of other servers that are coordinated here. */
  readonly relayedEngineCount?: number | undefined;
  /** Handshake address of the server that coordinates ours. */
  readonly head?: string | undefined;
  /** Prompt and output together, in tokens, where the operator or the model says it. */
  readonly maxModelLen?: number | undefined;
}

export type EngineProcess = ManagedEngineProcess;

/** Throws `ConfigurationError`. What it makes on disk goes when the process exits. */
export function toEngineDeployment(options: DeploymentOptions): EngineDeployment {
  return chosenEngine(options.config) === 'onnx' ? onnxDeployment(options) : vllmDeployment(options);
}

/** Our own engine cores, as children of this process; those of `--headless` nodes join them over TCP. */
function onnxDeployment(options: DeploymentOptions): EngineDeployment {
  const { config, model } = options;
  const { engineCount, startRank, localCount } = managedRanks(config.engine);
  const dataDirectory = localCount === engineCount ? privateDirectory() : undefined;
  const maxModelLen = deriveMaxModelLen(model, config.model.maxModelLen);
  return {
    engineCount,
    startRank,
    localEngineCount: localCount,
    mixtureOfExperts: model.mixtureOfExperts,
    handshakeAddress: dataDirectory === undefined ? headAddress(config.engine) : ipcAddress(dataDirectory),
    dataDirectory,
    maxModelLen,
    launch: (handshake) =>
      Array.from({ length: localCount }, (_, index) =>
        launchEngineCore(options, { rank: startRank + index, handshake, maxModelLen, headless: false }),
      ),
  };
}

/** vLLM's engine cores: `vllm serve --headless`, started by others or by `--engine-command`. They know TCP only for the handshake. */
function vllmDeployment(options: DeploymentOptions): EngineDeployment {
  const { config, model, logger } = options;
  const { engineCommand, dataParallelSize, engineRelease, engineLayouts } = config.engine;
  const { maxModelLen, allowLongMaxModelLen } = config.model;
  const ranks = managedRanks(config.engine);
  const { handshakeAddress, ...meeting } = meetingPoint(options);
  if (engineCommand === undefined) {
    const flags = headlessFlags({ handshake: handshakeAddress, dataParallelSize }).join(' ');
    logger.info({ engines: ranks.engineCount }, `waiting for engines of "vllm serve MODEL ${flags}"`);
  }
  return {
    engineCount: ranks.engineCount,
    startRank: ranks.startRank,
    localEngineCount: 0,
    mixtureOfExperts: model.mixtureOfExperts,
    release: engineRelease,
    layout: engineLayouts === undefined ? undefined : loadEngineLayouts(engineLayouts),
    maxModelLen: maxModelLen === undefined ? undefined : deriveMaxModelLen(model, maxModelLen, allowLongMaxModelLen),
    elastic: config.engine.enableElasticEp ? elasticOptions(options) : undefined,
    handshakeAddress,
    ...meeting,
    launch:
      engineCommand === undefined
        ? undefined
        : (handshake) => [launchEngineCommand(options, engineCommand, { ...ranks, handshake, dataParallelSize })],
  };
}

/** Where engines come to, and who else does. */
function meetingPoint({
  config: { engine },
  model,
}: DeploymentOptions): Pick<EngineDeployment, 'handshakeAddress' | 'dataDirectory' | 'relayedEngineCount' | 'head'> {
  const { engineCount, localCount } = managedRanks(engine);
  const isLaunched = engine.engineCommand !== undefined;
  const coordinated = model.mixtureOfExperts ? coordination(engine) : { relayedEngineCount: 0 };
  if (coordinated === 'elsewhere') {
    // The given address is rank 0's; our own engines come to this host.
    return {
      handshakeAddress: tcpAddress(LOOPBACK, isLaunched ? '*' : engine.dataParallelRpcPort),
      dataDirectory: isLaunched ? privateDirectory() : undefined,
      head: headAddress(engine),
    };
  }
  const isAlone = isLaunched && localCount === engineCount && coordinated.relayedEngineCount === 0;
  return isAlone
    ? { handshakeAddress: tcpAddress(engine.dataParallelAddress, '*'), dataDirectory: privateDirectory() }
    : { handshakeAddress: headAddress(engine), ...coordinated };
}

/** One process for those that join, beside the one of the first engines. */
function elasticOptions(options: DeploymentOptions): ElasticOptions {
  const { engineCommand } = options.config.engine;
  if (engineCommand === undefined) return {};
  return {
    launch: ({ handshakeAddress: handshake, startRank, engineCount: dataParallelSize }) => {
      const localCount = dataParallelSize - startRank;
      return [launchEngineCommand(options, engineCommand, { handshake, dataParallelSize, startRank, localCount })];
    },
  };
}

function launchEngineCommand(
  { config, logger, onProgress }: DeploymentOptions,
  line: string,
  command: EngineCommandOptions,
): EngineProcess {
  return ManagedEngineProcess.start({
    name: 'engine',
    ...toEngineCommand(line, command),
    stopTimeoutMs: config.engine.engineStopTimeout * 1000,
    logger,
    onLine: onProgress,
  });
}

const LOOPBACK = '127.0.0.1';

export interface EngineCoreLaunch {
  readonly rank: number;
  /** Address of the front end. */
  readonly handshake: string;
  readonly maxModelLen: number;
  /** The front end is elsewhere. */
  readonly headless: boolean;
}

/** Our own engine core in a process of its own. */
export function launchEngineCore(
  { config, model, engineCoreEntry, logger, thoughtMarkers, onProgress }: DeploymentOptions,
  { rank, handshake, maxModelLen, headless }: EngineCoreLaunch,
): EngineProcess {
  const { maxNumSeqs, engineThreads, structuredOutputsCompact, structuredOutputsClosed, structuredOutputsInReasoning } =
    config.engine;
  const args = [
    engineCoreEntry,
    ...['--model', model.directory, '--handshake', handshake, '--rank', String(rank)],
    ...['--max-model-len', String(maxModelLen)],
    ...(headless ? ['--headless'] : []),
    ...(maxNumSeqs === undefined ? [] : ['--max-num-seqs', String(maxNumSeqs)]),
    ...(engineThreads === undefined ? [] : ['--threads', String(engineThreads)]),
    ...(structuredOutputsCompact ? ['--compact-json'] : []),
    ...(structuredOutputsClosed ? ['--closed-objects'] : []),
    ...(structuredOutputsInReasoning ? ['--constrain-thoughts'] : []),
    ...(thoughtMarkers === undefined ? [] : ['--thought-markers', JSON.stringify(thoughtMarkers)]),
  ];
  return ManagedEngineProcess.start({
    name: `engine core ${rank}`,
    command: process.execPath,
    args,
    logger,
    onLine: onProgress,
  });
}

/** Where engines say HELLO to the front end of rank 0. */
export function headAddress({ dataParallelAddress, dataParallelRpcPort }: ServerConfig['engine']): string {
  return tcpAddress(dataParallelAddress, dataParallelRpcPort);
}

function tcpAddress(host: string, port: number | '*'): string {
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function privateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'aerie-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
