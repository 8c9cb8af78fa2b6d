import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineClient } from '@app/engine-client';
import type { EngineClientOptions } from '@app/engine-client';
import type { EngineCoreInfo } from '@app/engine-protocol';
import { repeatTokens, serveScriptedEngine } from '@app/scripted-engine';
import type { Script, ScriptedEngine, ScriptEvent } from '@app/scripted-engine';

export interface ScriptedEngineOptions {
  readonly info?: Partial<EngineCoreInfo> | undefined;
  /** Default: every request's prompt comes back, in batches. */
  readonly script?: Partial<Script> | undefined;
  readonly tell?: ((event: ScriptEvent) => void) | undefined;
  /** vLLM release that the engine imitates. */
  readonly release?: string | undefined;
  readonly client?: Partial<EngineClientOptions> | undefined;
}

/** A front end's engine and the scripted core behind it, in this process and with the wire between them. */
export interface ConnectedEngine extends ScriptedEngine {
  readonly client: EngineClient;
  close(): Promise<void>;
}

const INFO: EngineCoreInfo = {
  maxModelLen: 512,
  numGpuBlocks: 64,
  blockSize: 16,
  dtype: 'float32',
  worldSize: 1,
  dataParallelSize: 1,
  maxNumSeqs: 128,
  maxNumBatchedTokens: 2048,
  supportsLora: false,
};

export async function connectScriptedEngine(options: ScriptedEngineOptions = {}): Promise<ConnectedEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
  const info = { ...INFO, ...options.info };
  let starting!: Promise<ScriptedEngine>;
  const client = await EngineClient.connect({
    engineCount: 1,
    readyTimeoutMs: 10_000,
    ...options.client,
    attachment: {
      type: 'handshake',
      handshakeAddress: `ipc://${directory}/handshake`,
      dataDirectory: directory,
      localEngineCount: 1,
      launch: (handshakeAddress) => {
        starting = serveScriptedEngine({
          info,
          script: toScript(options.script, info),
          tell: options.tell ?? (() => undefined),
          wire: { rank: 0, release: options.release, handshakeAddress, local: true, headless: false },
        });
        return [];
      },
    },
  });
  const engine = await starting;
  return {
    ...engine,
    client,
    close: async () => {
      await client.close();
      await engine.server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function toScript(script: Partial<Script> = {}, info: EngineCoreInfo): Script {
  return {
    mode: repeatTokens(undefined, info),
    stepping: 'batch',
    expectedRequests: 0,
    intervalMs: 0,
    utilities: new Map(),
    ...script,
  };
}
