import type { EngineCoreInfo } from '@app/engine-protocol';
import type { EngineServer, ServeOptions } from '@app/engine-server';
import { createLogger } from '@app/logging';
import { describeModel } from '@app/model-repository';
import { hashPrompt, LockStepGroup, repeatTokens, seedTokens, serveScriptedEngine } from '@app/scripted-engine';
import type { AnswerMode, Script, ScriptedEngine } from '@app/scripted-engine';
import { loadTokenizer } from '@app/tokenization';
import { ControlChannel } from './control/control-channel.js';
import type { MockEngineOptions } from './mock-engine.options.js';

/**
 * Puts scripted cores on the wire, as headless engines, one for each rank. `say` gets one line for each stage. Throws with one clear line when
 * that is not possible for one of them.
 */
export async function startMockEngines(
  options: MockEngineOptions,
  say: (line: string) => void,
): Promise<readonly EngineServer[]> {
  const script: Script = {
    mode: await toAnswerMode(options),
    stepping: 'batch',
    expectedRequests: 0,
    intervalMs: options.intervalMs,
    firstTokenDelayMs: options.firstTokenDelayMs,
    utilities: new Map(),
  };
  const channel = options.control ? new ControlChannel(process.stdout) : undefined;
  const { attachment, ranks, dataParallelSize, release, intervalMs } = options;
  const lockStep = options.lockStep
    ? new LockStepGroup({ engineCount: dataParallelSize, release, intervalMs })
    : undefined;
  say(attachment.type === 'direct' ? 'serving' : `joining the front end at ${attachment.address}`);
  const starting = Promise.all(
    ranks.map((rank) =>
      serveScriptedEngine({
        info: describeCore(options),
        script,
        logStats: options.logStats,
        faults: options.faults,
        lockStep,
        tell: (event) => channel?.tell(event, rank),
        wire: toWire(options, rank),
      }),
    ),
  );
  channel?.obey(
    process.stdin,
    starting.then((engines) => byRank(ranks, engines)),
  );
  const engines = await starting;
  say('ready');
  return engines.map(({ server }) => server);
}

function byRank(ranks: readonly number[], engines: readonly ScriptedEngine[]): ReadonlyMap<number, ScriptedEngine> {
  return new Map(ranks.map((rank, index) => [rank, engines[index]]));
}

function toWire({ attachment, release }: MockEngineOptions, rank: number): ServeOptions {
  const common = { rank, release, logger: createLogger() };
  if (attachment.type === 'direct') return { ...common, ...attachment };
  return { ...common, handshakeAddress: attachment.address, local: false, headless: true };
}

async function toAnswerMode({ answer, ...limits }: MockEngineOptions): Promise<AnswerMode> {
  switch (answer.type) {
    case 'prompt':
      return repeatTokens(undefined, limits);
    case 'ids':
      return repeatTokens(answer.tokenIds, limits);
    case 'text': {
      const tokenizer = await loadTokenizer(await describeModel(answer.model));
      return repeatTokens(await tokenizer.encode(answer.text, { addSpecialTokens: false }), limits);
    }
    case 'prompt-hash':
      return hashPrompt({ ...limits, ...answer });
    case 'seed':
      return seedTokens(answer.seed, { ...limits, ...answer });
  }
}

/** A KV cache that has room for every sequence at its longest: nothing is ever preempted. */
function describeCore({ maxModelLen, maxNumSeqs, lockStep, dataParallelSize }: MockEngineOptions): EngineCoreInfo {
  const numGpuBlocks = maxNumSeqs * Math.ceil(maxModelLen / BLOCK_SIZE);
  return {
    maxModelLen,
    blockSize: BLOCK_SIZE,
    numGpuBlocks,
    kvCacheSizeTokens: BLOCK_SIZE * numGpuBlocks,
    kvCacheMaxConcurrency: maxNumSeqs,
    dtype: 'float32',
    worldSize: 1,
    // A dense replica believes that it is alone.
    dataParallelSize: lockStep ? dataParallelSize : 1,
    maxNumSeqs,
    maxNumBatchedTokens: 8192,
    supportsLora: false,
  };
}

const BLOCK_SIZE = 16;
