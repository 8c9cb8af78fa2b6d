import type { EngineFaultStatus } from '@app/engine-protocol';

export interface FaultActions {
  /** Its main loop stands still until somebody tells it how to go on: silence is no sign of death. */
  excuse(engine: number): void;
  /** It goes on. */
  expect(engine: number): void;
}

/** What engine cores have said of faults that they outlived. Who has said nothing is healthy. */
export class EngineFaults {
  private readonly told = new Map<number, EngineFaultStatus>();

  constructor(
    private readonly startRank: number,
    private readonly actions: FaultActions,
  ) {}

  statuses(engineCount: number): readonly EngineFaultStatus[] {
    return Array.from({ length: engineCount }, (_, engine) => {
      const rank = this.startRank + engine;
      return this.told.get(rank) ?? { rank, status: 'healthy' };
    });
  }

  /** Ranks that are none of ours are ignored. */
  tell(status: EngineFaultStatus, engineCount: number): void {
    const engine = status.rank - this.startRank;
    if (!(engine >= 0 && engine < engineCount)) return;
    this.told.set(status.rank, status);
    if (status.status === 'unhealthy') this.actions.excuse(engine);
    else this.actions.expect(engine);
  }
}
