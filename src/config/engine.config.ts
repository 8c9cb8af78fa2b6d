import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** What runs the model. */
export class EngineConfig {
  @Option({
    flag: '--engine',
    kind: 'text',
    choices: ['auto', 'onnx', 'vllm'],
    default: 'auto',
    help: 'onnx: our own engine, started with the server. vllm: wait for engines of `vllm serve --headless`. auto: vllm when --data-parallel-size-local is 0.',
  })
  readonly engine!: 'auto' | 'onnx' | 'vllm';

  @Option({
    flag: '--max-num-seqs',
    kind: 'integer',
    help: 'Requests that run at the same time in one engine.',
    rules: [Min(1), Max(65_536)],
  })
  readonly maxNumSeqs?: number;

  @Option({
    flag: '--engine-threads',
    kind: 'integer',
    help: 'Threads of the onnx engine. Default: the cores of the machine.',
    rules: [Min(1), Max(1024)],
  })
  readonly engineThreads?: number;

  @Option({
    flag: '--data-parallel-size',
    aliases: ['-dp'],
    kind: 'integer',
    default: 1,
    help: 'Number of engines.',
    rules: [Min(1), Max(1024)],
  })
  readonly dataParallelSize!: number;

  @Option({
    flag: '--data-parallel-size-local',
    aliases: ['-dpl'],
    kind: 'integer',
    help: 'Engines on this host; 0 = all run elsewhere.',
    rules: [Min(0), Max(1024)],
  })
  readonly dataParallelSizeLocal?: number;

  @Option({
    flag: '--data-parallel-address',
    aliases: ['-dpa'],
    kind: 'text',
    default: '127.0.0.1',
    help: 'Address where engines attach.',
  })
  readonly dataParallelAddress!: string;

  @Option({
    flag: '--data-parallel-rpc-port',
    aliases: ['-dpp'],
    kind: 'integer',
    default: 29_550,
    help: 'Port where engines attach.',
    rules: [Min(1), Max(65_535)],
  })
  readonly dataParallelRpcPort!: number;

  @Option({
    flag: '--structured-outputs-backend',
    kind: 'text',
    choices: ['auto', 'xgrammar', 'guidance', 'outlines', 'lm-format-enforcer'],
    default: 'auto',
    help: 'What the engines compile grammars with, where a request does not say. auto: xgrammar.',
  })
  readonly structuredOutputsBackend!: 'auto' | 'xgrammar' | 'guidance' | 'outlines' | 'lm-format-enforcer';

  @Option({
    flag: '--engine-ready-timeout',
    kind: 'integer',
    default: 600,
    env: 'VLLM_ENGINE_READY_TIMEOUT_S',
    help: 'Seconds to wait for the engines at start.',
    rules: [Min(1), Max(86_400)],
  })
  readonly engineReadyTimeout!: number;

  @Option({
    flag: '--keep-alive-on-engine-death',
    kind: 'boolean',
    default: false,
    env: 'VLLM_KEEP_ALIVE_ON_ENGINE_DEATH',
    help: 'Keep answering (with errors) after the engine died, instead of exiting.',
  })
  readonly keepAliveOnEngineDeath!: boolean;
}
