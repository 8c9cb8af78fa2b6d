import { Matches, Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** What runs the model. */
export class EngineConfig {
  @Option({
    flag: '--engine',
    kind: 'text',
    choices: ['auto', 'onnx', 'vllm'],
    default: 'auto',
    help: 'onnx: our own engine, started with the server. vllm: engines of `vllm serve --headless`. auto: vllm when --data-parallel-size-local is 0 or --engine-command is given.',
  })
  readonly engine!: 'auto' | 'onnx' | 'vllm';

  @Option({
    flag: '--engine-command',
    kind: 'text',
    // It may begin with variables, and tokens may be among them.
    secret: true,
    help: 'Command that starts the vLLM engines, such as "vllm serve MODEL --max-model-len 8192". It gets --headless and the --data-parallel flags appended, runs in a process group of its own and is stopped with the server.',
  })
  readonly engineCommand?: string;

  @Option({
    flag: '--engine-restart',
    kind: 'boolean',
    default: false,
    help: 'Start an engine that died again (or wait for it, when others start it) and go on serving, instead of exiting.',
  })
  readonly engineRestart!: boolean;

  @Option({
    flag: '--engine-stop-timeout',
    kind: 'integer',
    default: 10,
    help: 'Seconds the engine command gets to end after SIGTERM, before SIGKILL.',
    rules: [Min(0), Max(3600)],
  })
  readonly engineStopTimeout!: number;

  @Option({
    flag: '--headless',
    kind: 'boolean',
    default: false,
    help: 'Engines only, no API server: they join the front end at --data-parallel-address.',
  })
  readonly headless!: boolean;

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
    flag: '--data-parallel-rank',
    aliases: ['-dpn'],
    kind: 'integer',
    help: 'Rank of the only engine behind this server; a balancer outside spreads the requests.',
    rules: [Min(0), Max(1023)],
  })
  readonly dataParallelRank?: number;

  @Option({
    flag: '--data-parallel-start-rank',
    aliases: ['-dpr'],
    kind: 'integer',
    help: 'Rank of the first engine on this node. Without --headless every node has a server for its own engines.',
    rules: [Min(0), Max(1023)],
  })
  readonly dataParallelStartRank?: number;

  @Option({
    flag: '--data-parallel-hybrid-lb',
    aliases: ['-dph'],
    kind: 'boolean',
    default: false,
    help: 'This server balances over the engines of its own node; a balancer outside spreads over the nodes.',
  })
  readonly dataParallelHybridLb!: boolean;

  @Option({
    flag: '--data-parallel-external-lb',
    aliases: ['-dpe'],
    kind: 'boolean',
    default: false,
    help: 'One server per engine; a balancer outside spreads the requests.',
  })
  readonly dataParallelExternalLb!: boolean;

  @Option({
    flag: '--data-parallel-address',
    aliases: ['-dpa'],
    kind: 'text',
    default: '127.0.0.1',
    isNullable: true,
    help: 'Address where engines attach.',
  })
  readonly dataParallelAddress!: string;

  @Option({
    flag: '--data-parallel-rpc-port',
    aliases: ['-dpp'],
    kind: 'integer',
    default: 29_550,
    isNullable: true,
    help: 'Port where engines attach.',
    rules: [Min(1), Max(65_535)],
  })
  readonly dataParallelRpcPort!: number;

  @Option({
    flag: '--enable-elastic-ep',
    kind: 'boolean',
    default: false,
    help: 'The number of engines of a mixture-of-experts model can be changed while they run: POST /scale_elastic_ep.',
  })
  readonly enableElasticEp!: boolean;

  @Option({
    flag: '--engine-release',
    kind: 'text',
    help: 'vLLM release of engines that do not tell it when they attach (before 0.23), such as 0.20.1.',
    rules: [Matches(/^v?\d{1,6}\.\d{1,6}/, { message: 'must be a release, such as 0.20.1' })],
  })
  readonly engineRelease?: string;

  @Option({
    flag: '--engine-layouts',
    kind: 'text',
    help: 'File of wire layouts that all engines speak, written by "aerie layouts": for builds of vLLM that are no release.',
  })
  readonly engineLayouts?: string;

  @Option({
    flag: '--structured-outputs-backend',
    kind: 'text',
    choices: ['auto', 'xgrammar', 'guidance', 'outlines', 'lm-format-enforcer'],
    default: 'auto',
    help: 'What the engines compile grammars with. auto: for each request what enforces all of it, xgrammar where it can.',
  })
  readonly structuredOutputsBackend!: 'auto' | 'xgrammar' | 'guidance' | 'outlines' | 'lm-format-enforcer';

  @Option({
    flag: '--structured-outputs-compact',
    kind: 'boolean',
    default: false,
    help: 'Constrained JSON is written without white space. Engines of vLLM need --structured-outputs-config.disable_any_whitespace themselves.',
  })
  readonly structuredOutputsCompact!: boolean;

  @Option({
    flag: '--structured-outputs-closed',
    kind: 'boolean',
    default: false,
    help: 'Objects of a schema have no properties but those it names, unless it says otherwise. Engines of vLLM need --structured-outputs-config.disable_additional_properties themselves.',
  })
  readonly structuredOutputsClosed!: boolean;

  @Option({
    flag: '--structured-outputs-in-reasoning',
    kind: 'boolean',
    default: false,
    help: 'Constraints hold for thoughts, too, instead of the answer behind them. Engines of vLLM need --structured-outputs-config.enable_in_reasoning themselves.',
  })
  readonly structuredOutputsInReasoning!: boolean;

  @Option({
    flag: '--speculative-config',
    aliases: ['-sc'],
    kind: 'json',
    default: {},
    isNullable: true,
    isOfVllmEngines: true,
    help: 'Tells that the engines draft tokens (they need the same flag): min_p and logit_bias are then refused.',
  })
  readonly speculativeConfig!: Readonly<Record<string, unknown>>;

  @Option({
    flag: '--spec-method',
    kind: 'text',
    isOfVllmEngines: true,
    help: 'Tells the same; the engines need the flag.',
  })
  readonly specMethod?: string;

  @Option({
    flag: '--spec-model',
    kind: 'text',
    isOfVllmEngines: true,
    help: 'Tells the same; the engines need the flag.',
  })
  readonly specModel?: string;

  @Option({
    flag: '--reasoning-config',
    kind: 'json',
    default: {},
    isNullable: true,
    isOfVllmEngines: true,
    help: 'Tells that the engines know where thoughts end (they need the same flag): thinking_token_budget is then accepted, with a reasoning parser or without.',
  })
  readonly reasoningConfig!: Readonly<Record<string, unknown>>;

  @Option({
    flag: '--logprobs-mode',
    kind: 'text',
    isOfVllmEngines: true,
    choices: ['raw_logits', 'raw_logprobs', 'processed_logits', 'processed_logprobs'],
    default: 'raw_logprobs',
    help: 'What the engines send as log probabilities; the decision routes need a *_logprobs mode.',
  })
  readonly logprobsMode!: 'raw_logits' | 'raw_logprobs' | 'processed_logits' | 'processed_logprobs';

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
