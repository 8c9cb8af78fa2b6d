import type { Registry } from 'prom-client';
import { birthsOf } from './births.js';
import { toExposition } from './exposition.js';
import { takeSnapshot } from './metrics-snapshot.js';

/** Every series of this process in Prometheus' text form; `created`: with the times they began. */
export async function registryPage(registry: Registry, { created }: { readonly created: boolean }): Promise<string> {
  const { metrics } = await takeSnapshot(registry);
  return toExposition(metrics, created ? birthsOf(registry) : undefined);
}
