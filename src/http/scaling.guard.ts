import type { Engine } from '@app/engine-protocol';

/** Asked by probes, and by whoever waits for the end of the change. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/health', '/health/live', '/health/ready', '/is_scaling_elastic_ep']);

/** Keeps requests out while the number of engines changes (errors-auth-middleware.md §3.3). */
export class ScalingGuard {
  constructor(private readonly engine: Pick<Engine, 'scaling'>) {}

  /** `path`: as it was sent, without the query. */
  allows(path: string): boolean {
    return this.engine.scaling.type !== 'scaling' || OPEN_PATHS.has(path);
  }
}
