import type { Registry } from 'prom-client';

type Labels = Readonly<Record<string, string | number>>;

/** When series began, for their `*_created` samples (metrics.md §1): UNIX seconds. */
export class Births {
  private readonly start = Date.now() / 1000;
  private readonly names = new Set<string>();
  private readonly later = new Map<string, number>();

  /** This metric shows when its series began: at the start, but for those that are noted. */
  track(name: string): void {
    this.names.add(name);
  }

  /** The series begins now, if it is new. */
  note(name: string, labels: Labels): void {
    const key = keyOf(name, labels);
    if (!this.later.has(key)) this.later.set(key, Date.now() / 1000);
  }

  /** Undefined: the metric does not show it. */
  of(name: string, labels: Labels): number | undefined {
    return this.names.has(name) ? (this.later.get(keyOf(name, labels)) ?? this.start) : undefined;
  }
}

const ofRegistries = new WeakMap<Registry, Births>();

/** Of the metrics in this registry. */
export function birthsOf(registry: Registry): Births {
  const known = ofRegistries.get(registry);
  if (known) return known;
  const births = new Births();
  ofRegistries.set(registry, births);
  return births;
}

function keyOf(name: string, labels: Labels): string {
  return JSON.stringify([name, ...Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1))]);
}
