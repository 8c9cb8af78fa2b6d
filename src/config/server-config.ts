import { AnswersConfig } from './answers.config.js';
import { AuthConfig } from './auth.config.js';
import { ChatConfig } from './chat.config.js';
import { EngineConfig } from './engine.config.js';
import { HealthConfig } from './health.config.js';
import { HttpConfig } from './http.config.js';
import { LimitsConfig } from './limits.config.js';
import { LoggingConfig } from './logging.config.js';
import { LoraConfig } from './lora.config.js';
import { MetricsConfig } from './metrics.config.js';
import { ModelConfig } from './model.config.js';
import { declaredOptions } from './option.decorator.js';
import type { DeclaredOption } from './option.decorator.js';
import { ParsersConfig } from './parsers.config.js';
import { RoutesConfig } from './routes.config.js';
import { SagemakerConfig } from './sagemaker.config.js';
import { StartConfig } from './start.config.js';
import { TlsConfig } from './tls.config.js';

/** Every topic by name, in the order of the help. A new flag is one field in one of these classes. */
export const configTopics = {
  model: ModelConfig,
  engine: EngineConfig,
  lora: LoraConfig,
  http: HttpConfig,
  tls: TlsConfig,
  routes: RoutesConfig,
  sagemaker: SagemakerConfig,
  auth: AuthConfig,
  chat: ChatConfig,
  parsers: ParsersConfig,
  answers: AnswersConfig,
  limits: LimitsConfig,
  health: HealthConfig,
  logging: LoggingConfig,
  metrics: MetricsConfig,
  start: StartConfig,
} as const;

export type TopicName = keyof typeof configTopics;

/** The whole configuration, validated. */
export type ServerConfig = { readonly [Name in TopicName]: InstanceType<(typeof configTopics)[Name]> };

export const topicNames = Object.keys(configTopics) as readonly TopicName[];

/** Every option of every topic. */
export function allOptions(): readonly DeclaredOption[] {
  return topicNames.flatMap((name) => declaredOptions(configTopics[name]));
}
