import type { Type } from '@nestjs/common';
import type { ApiContext } from '@server/engine/api-context';

/** One API family: its folder, and when it is there. A family that is not enabled is never imported. */
export interface ApiFamily {
  readonly name: string;
  readonly when: (context: ApiContext) => boolean;
  readonly load: () => Promise<Type>;
}

const always = (): boolean => true;
const generates = ({ tasks, hasTokenizer }: ApiContext): boolean => tasks.has('generate') && hasTokenizer;
const scalesOut = ({ opened }: ApiContext): boolean => opened.enableScaleOut || opened.tokensOnly;

const inDevelopment = ({ opened }: ApiContext): boolean => opened.serverDevMode;

/** Every family; the only list. */
export const apiCatalog: readonly ApiFamily[] = [
  {
    name: 'operations/health',
    when: always,
    load: async () => (await import('./operations/health/health.module.js')).HealthModule,
  },
  {
    name: 'sagemaker/ping',
    when: always,
    load: async () => (await import('./sagemaker/ping/ping.module.js')).PingModule,
  },
  {
    name: 'sagemaker/adapters',
    when: ({ opened }) => opened.allowRuntimeLoraUpdating,
    load: async () => (await import('./sagemaker/adapters/adapters.module.js')).AdaptersModule,
  },
  {
    name: 'sagemaker/invocations',
    when: always,
    load: async () => (await import('./sagemaker/invocations/invocations.module.js')).InvocationsModule,
  },
  {
    name: 'operations/load',
    when: always,
    load: async () => (await import('./operations/load/load.module.js')).LoadModule,
  },
  {
    name: 'operations/version',
    when: always,
    load: async () => (await import('./operations/version/version.module.js')).VersionModule,
  },
  {
    name: 'operations/metrics',
    when: always,
    load: async () => (await import('./operations/metrics/metrics.module.js')).MetricsModule,
  },
  {
    name: 'operations/docs',
    when: ({ opened }) => !opened.disableFastapiDocs,
    load: async () => (await import('./operations/docs/docs.module.js')).DocsModule,
  },
  {
    name: 'operations/elastic-ep',
    when: ({ tasks }) => tasks.has('generate'),
    load: async () => (await import('./operations/elastic-ep/elastic-ep.module.js')).ElasticEpModule,
  },
  {
    name: 'operations/lora',
    when: ({ opened }) => opened.allowRuntimeLoraUpdating,
    load: async () => (await import('./operations/lora/lora.module.js')).LoraModule,
  },
  {
    name: 'operations/kv-event-sources',
    when: always,
    load: async () => (await import('./operations/kv-event-sources/kv-event-sources.module.js')).KvEventSourcesModule,
  },
  {
    name: 'operations/profile',
    when: ({ opened }) => typeof opened.profilerConfig.profiler === 'string',
    load: async () => (await import('./operations/profile/profile.module.js')).ProfileModule,
  },
  {
    name: 'operations/fault-tolerance',
    when: ({ opened }) => opened.enableFaultTolerance,
    load: async () => (await import('./operations/fault-tolerance/fault-tolerance.module.js')).FaultToleranceModule,
  },
  {
    name: 'operations/server-info',
    when: inDevelopment,
    load: async () => (await import('./operations/server-info/server-info.module.js')).ServerInfoModule,
  },
  {
    name: 'operations/sleep',
    when: inDevelopment,
    load: async () => (await import('./operations/sleep/sleep.module.js')).SleepModule,
  },
  {
    name: 'operations/pause',
    when: inDevelopment,
    load: async () => (await import('./operations/pause/pause.module.js')).PauseModule,
  },
  {
    name: 'operations/cache',
    when: inDevelopment,
    load: async () => (await import('./operations/cache/cache.module.js')).CacheModule,
  },
  {
    name: 'operations/rpc',
    when: inDevelopment,
    load: async () => (await import('./operations/rpc/rpc.module.js')).RpcModule,
  },
  {
    name: 'operations/weights',
    when: inDevelopment,
    load: async () => (await import('./operations/weights/weights.module.js')).WeightsModule,
  },
  {
    name: 'operations/world-size',
    when: inDevelopment,
    load: async () => (await import('./operations/world-size/world-size.module.js')).WorldSizeModule,
  },
  {
    name: 'operations/abort-requests',
    when: (context) => inDevelopment(context) && generates(context),
    load: async () => (await import('./operations/abort-requests/abort-requests.module.js')).DevAbortRequestsModule,
  },
  {
    name: 'openai/models',
    when: always,
    load: async () => (await import('./openai/models/models.module.js')).ModelsModule,
  },
  {
    name: 'openai/completions',
    when: generates,
    load: async () => (await import('./openai/completions/completions.module.js')).CompletionsModule,
  },
  {
    name: 'openai/chat-completions',
    when: generates,
    load: async () => (await import('./openai/chat-completions/chat-completions.module.js')).ChatCompletionsModule,
  },
  {
    name: 'openai/completions (scale-out)',
    when: (context) => generates(context) && scalesOut(context),
    load: async () => (await import('./openai/completions/completions-scale-out.module.js')).CompletionsScaleOutModule,
  },
  {
    name: 'openai/chat-completions (scale-out)',
    when: (context) => generates(context) && scalesOut(context),
    load: async () =>
      (await import('./openai/chat-completions/chat-completions-scale-out.module.js')).ChatCompletionsScaleOutModule,
  },
  {
    name: 'tokens/generative-scoring',
    when: generates,
    load: async () =>
      (await import('./tokens/generative-scoring/generative-scoring.module.js')).GenerativeScoringModule,
  },
  {
    name: 'decisions/systemone',
    when: generates,
    load: async () => (await import('./decisions/systemone/systemone.module.js')).SystemoneModule,
  },
  {
    name: 'decisions/systemone (closed)',
    when: (context) => !generates(context),
    load: async () => (await import('./decisions/systemone/systemone.module.js')).SystemoneClosedModule,
  },
  {
    name: 'decisions/decisions',
    when: generates,
    load: async () => (await import('./decisions/decisions/decisions.module.js')).DecisionsModule,
  },
  {
    name: 'decisions/decisions (closed)',
    when: (context) => !generates(context),
    load: async () => (await import('./decisions/decisions/decisions.module.js')).DecisionsClosedModule,
  },
  {
    name: 'tokens/tokenize',
    when: ({ hasTokenizer }) => hasTokenizer,
    load: async () => (await import('./tokens/tokenize/tokenize.module.js')).TokenizeModule,
  },
  {
    name: 'tokens/tokenizer-info',
    when: ({ hasTokenizer, opened }) => hasTokenizer && opened.enableTokenizerInfoEndpoint,
    load: async () => (await import('./tokens/tokenizer-info/tokenizer-info.module.js')).TokenizerInfoModule,
  },
  {
    name: 'tokens/generate',
    when: (context) => scalesOut(context) && generates(context),
    load: async () => (await import('./tokens/generate/generate.module.js')).GenerateModule,
  },
  {
    name: 'tokens/abort-requests',
    when: (context) => scalesOut(context) && generates(context),
    load: async () => (await import('./tokens/abort-requests/abort-requests.module.js')).AbortRequestsModule,
  },
  {
    name: 'tokens/abort-requests',
    when: (context) => context.opened.tokensOnly && !inDevelopment(context) && generates(context),
    load: async () => (await import('./tokens/abort-requests/abort-requests.module.js')).TokensOnlyAbortModule,
  },
  {
    name: 'tokens/scale-out-closed',
    when: (context) => !scalesOut(context),
    load: async () => (await import('./tokens/scale-out-closed/scale-out-closed.module.js')).ScaleOutClosedModule,
  },
];
