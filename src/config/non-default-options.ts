import { declaredOptions } from './option.decorator.js';
import { configTopics, topicNames } from './server-config.js';
import type { ServerConfig } from './server-config.js';

/** What the operator changed, for the start log; secrets masked. */
export function nonDefaultOptions(config: ServerConfig): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    topicNames.flatMap((name) => {
      const topic = config[name] as unknown as Readonly<Record<string, unknown>>;
      return declaredOptions(configTopics[name])
        .filter(({ property, default: value }) => JSON.stringify(topic[property]) !== JSON.stringify(value))
        .map(({ property, secret }) => [property, secret ? '***' : topic[property]]);
    }),
  );
}
