import type { Engine } from '@app/engine-protocol';
import type { EngineMetrics } from '@app/metrics';
import { EMBEDDED_BACKEND, Text, toSamplingDefaults } from '@app/text';
import type { ConstraintChecker, TextOptions } from '@app/text';
import { chosenEngine, draftsTokens } from '@server/config/index';
import type { AnswersConfig, LimitsConfig, ModelConfig, ServerConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import { LoggedText } from './logged-text.js';
import type { RequestLog } from './request-log.js';
import { TextStatistics } from './text-statistics.js';

/** What the operator decided about texts. */
export interface TextSettings {
  readonly modelConfig: ModelConfig;
  readonly limits: LimitsConfig;
  readonly answers: AnswersConfig;
  readonly engineConfig: ServerConfig['engine'];
  /** Thoughts are told from content: by then an engine can bound them. */
  readonly readsReasoning: boolean;
  readonly constraintChecker: ConstraintChecker;
}

/** Injection token of `TextSettings`. */
export const TEXT_SETTINGS = Symbol('TextSettings');

export interface TextParts extends TextSettings {
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly observers: TextObservers;
}

/** Injection token of `TextObservers`. */
export const TEXT_OBSERVERS = Symbol('TextObservers');

/** Who hears of requests; each undefined when the operator does not want it. */
export interface TextObservers {
  readonly metrics: EngineMetrics | undefined;
  readonly log: RequestLog | undefined;
}

export function createText(parts: TextParts): Text {
  const { engine, model, modelConfig, limits, answers, engineConfig, readsReasoning, constraintChecker } = parts;
  const { metrics, log } = parts.observers;
  const { structuredOutputsBackend, reasoningConfig } = engineConfig;
  const { generationConfig, overrideGenerationConfig, enablePromptEmbeds } = modelConfig;
  const { hiddenSize } = model.description;
  const source = generationConfig === 'auto' ? 'model' : generationConfig === 'vllm' ? 'none' : 'folder';
  const options: TextOptions = {
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
      structuredOutputsBackend:
        chosenEngine({ engine: engineConfig }) === 'onnx' ? EMBEDDED_BACKEND : structuredOutputsBackend,
    },
    promptEmbeds:
      enablePromptEmbeds && hiddenSize !== undefined ? { hiddenSize, maxBytes: limits.maxEmbedDecodeBytes } : undefined,
    constraintChecker,
    listener: metrics && new TextStatistics(metrics),
  };
  return log ? new LoggedText(options, log) : new Text(options);
}
