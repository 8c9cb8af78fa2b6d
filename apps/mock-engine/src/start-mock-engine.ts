import { RequestType } from '@app/engine-protocol';
import type { EngineCoreInfo } from '@app/engine-protocol';
import { serveEngineCore } from '@app/engine-server';
import type { EngineServer } from '@app/engine-server';
import { createLogger } from '@app/logging';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import { repeatTokens } from './answers/repeat-tokens.js';
import { ControlChannel } from './control/control-channel.js';
import type { FixedAnswer, MockEngineOptions } from './mock-engine.options.js';
import { ScriptedEngineCore } from './scripted-engine-core.js';

/** Puts a scripted core on the wire, as a headless engine. `say` gets one line for each stage. Throws with one clear line when that is not possible. */
export async function startMockEngine(options: MockEngineOptions, say: (line: string) => void): Promise<EngineServer> {
  const { rank, handshakeAddress, maxModelLen, intervalMs, control } = options;
  const channel = control ? new ControlChannel(process.stdout) : undefined;
  const script = {
    mode: repeatTokens(await toTokenIds(options.answer), maxModelLen),
    expectedRequests: 0,
    intervalMs,
    utilities: new Map<string, never>(),
  };
  const core = new ScriptedEngineCore(describeCore(maxModelLen), script, (event) => channel?.tell(event));
  channel?.obey(process.stdin, core);
  say(`joining the front end at ${handshakeAddress}`);
  const server = await serveEngineCore(core, {
    handshakeAddress,
    rank,
    local: false,
    headless: true,
    logger: createLogger(),
    onMessage: ([type, ...frames]) => {
      if (type?.[0] === RequestType.add) channel?.tell({ type: 'add', frames });
    },
  });
  channel?.tell({ type: 'ready', rank });
  say('ready');
  return server;
}

async function toTokenIds(answer: FixedAnswer | undefined): Promise<readonly number[] | undefined> {
  if (answer?.type !== 'text') return answer?.tokenIds;
  const tokenizer = await loadTokenizer(await describeModel(answer.model));
  return tokenizer.encode(answer.text, { addSpecialTokens: false });
}

function describeCore(maxModelLen: number): EngineCoreInfo {
  const blockSize = 16;
  const numGpuBlocks = 1024;
  return {
    maxModelLen,
    blockSize,
    numGpuBlocks,
    kvCacheSizeTokens: blockSize * numGpuBlocks,
    dtype: 'float32',
    worldSize: 1,
    dataParallelSize: 1,
    maxNumSeqs: 128,
    maxNumBatchedTokens: 8192,
    supportsLora: false,
  };
}
