import type { Labels, SeriesFactory } from '../series-factory.js';

/** Declares series at the first call, and begins those of each engine at the first call for it. */
export function onceFor<T extends { readonly make: SeriesFactory }>(declare: () => T): (labels: Labels) => T {
  const started = new Set<string | undefined>();
  let declared: T | undefined;
  return (labels) => {
    declared ??= declare();
    if (!started.has(labels['engine'])) {
      started.add(labels['engine']);
      declared.make.start(labels);
    }
    return declared;
  };
}
