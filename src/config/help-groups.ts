import { isOption, knownArguments, vllmSpecs } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import { declaredOptions } from './option.decorator.js';
import { configTopics, topicNames } from './server-config.js';
import type { TopicName } from './server-config.js';
import { vllmGroups } from './vllm-signatures.js';

export interface HelpGroup {
  readonly title: string;
  readonly arguments: readonly KnownArgument[];
}

const TITLES: Readonly<Record<TopicName, string>> = {
  model: 'Model',
  engine: 'Engine',
  lora: 'LoRA adapters',
  http: 'HTTP',
  tls: 'TLS',
  routes: 'Routes',
  sagemaker: 'SageMaker',
  auth: 'Keys',
  chat: 'Chat',
  parsers: 'Tool calls and thoughts',
  answers: 'Answers',
  limits: 'Limits',
  health: 'Health',
  logging: 'Logging',
  metrics: 'Metrics',
  start: 'Start',
};

/** Our options by topic. */
export function optionGroups(): readonly HelpGroup[] {
  return topicNames.map((name) => ({ title: TITLES[name], arguments: declaredOptions(configTopics[name]) }));
}

/** What else `vllm serve` takes, by its groups: without effect here, or refused. */
export function furtherGroups(): readonly HelpGroup[] {
  const further = knownArguments.filter((argument) => !isOption(argument));
  return vllmGroups
    .map((title) => ({
      title,
      arguments: further.filter((argument) => !isOption(argument) && argument.group === title),
    }))
    .filter((group) => group.arguments.length > 0);
}

/** The whole of a group of vLLM's, our options among it. */
export function vllmGroup(title: string): readonly KnownArgument[] {
  const specs = vllmSpecs.filter(({ group }) => group.toLowerCase() === title.toLowerCase());
  const flags = new Set<string>(specs.map(({ flag }) => flag));
  return knownArguments.filter(({ flag = '--model' }) => flags.has(flag));
}
