import type { Registry } from 'prom-client';

const ofRegistries = new WeakMap<Registry, Map<string, number>>();

/**
 * Gauges that somebody sets on command, and when that was last: milliseconds since the epoch, by name. Of several processes the one that was told last is
 * right, whoever hears the engines.
 */
export function settingsOf(registry: Registry): Map<string, number> {
  const known = ofRegistries.get(registry) ?? new Map<string, number>();
  ofRegistries.set(registry, known);
  return known;
}
