import type { Engine } from '@app/engine-protocol';
import type { EngineMetrics } from '@app/metrics';
import { Text, toSamplingDefaults } from '@app/text';
import { draftsTokens } from '@server/config/index';
import type { AnswersConfig, LimitsConfig, ModelConfig, ServerConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import { TextStatistics } from './text-statistics.js';

export interface TextParts {
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly modelConfig: ModelConfig;
  readonly limits: LimitsConfig;
  readonly answers: AnswersConfig;
  readonly engineConfig: ServerConfig['engine'];
  /** Thoughts are told from content: by then an engine can bound them. */
  readonly readsReasoning: boolean;
  readonly metrics: EngineMetrics | undefined;
}

export function createText(parts: TextParts): Text {
  const { engine, model, modelConfig, limits, answers, engineConfig, readsReasoning, metrics } = parts;
  const { structuredOutputsBackend, reasoningConfig } = engineConfig;
  const { generationConfig, overrideGenerationConfig, enablePromptEmbeds } = modelConfig;
  const { hiddenSize } = model.description;
  const source = generationConfig === 'auto' ? 'model' : generationConfig === 'vllm' ? 'none' : 'folder';
  return new Text({
    engine,
    tokenizer: model.tokenizer,
    model: model.description,
    defaults: toSamplingDefaults(model.description.generation, { source, overrides: overrideGenerationConfig }),
    limits: {
      maxLogprobs: limits.maxLogprobs,
      maxSamples: limits.maxN,
      maxBadWords: limits.maxBadWords,
      streamInterval: answers.streamInterval,
      reasoningConfigured: readsReasoning || Object.keys(reasoningConfig).length > 0,
      speculativeDecoding: draftsTokens(engineConfig),
      ...(structuredOutputsBackend === 'auto' ? {} : { structuredOutputsBackend }),
    },
    promptEmbeds:
      enablePromptEmbeds && hiddenSize !== undefined ? { hiddenSize, maxBytes: limits.maxEmbedDecodeBytes } : undefined,
    listener: metrics && new TextStatistics(metrics),
  });
}
