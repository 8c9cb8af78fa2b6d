import { declaredOptions } from './option.decorator.js';
import { configTopics, topicNames } from './server-config.js';
import type { TopicName } from './server-config.js';

/** Every option with its value, by topic; secrets masked. */
export function shownOptions(
  topicOf: (name: TopicName) => object,
): Readonly<Record<TopicName, Readonly<Record<string, unknown>>>> {
  const shown = topicNames.map((name) => {
    const topic = topicOf(name) as Readonly<Record<string, unknown>>;
    const options = declaredOptions(configTopics[name]).map(({ property, secret }) => {
      const value = topic[property];
      return [property, secret && value !== undefined ? '***' : value] as const;
    });
    return [name, Object.fromEntries(options)] as const;
  });
  return Object.fromEntries(shown) as Readonly<Record<TopicName, Readonly<Record<string, unknown>>>>;
}
