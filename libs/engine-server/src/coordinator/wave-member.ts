import type { WaveStart } from '@app/engine-protocol';

/** What a core tells the coordinator about its waves. */
export interface WaveReport {
  readonly startWave?: number | undefined;
  readonly waveComplete?: number | undefined;
}

/**
 * The part of a core that steps together with the other replicas (mixture of experts, engine protocol §9.3). A dense core has none: waves do
 * not exist for it.
 */
export interface WaveMember {
  /** Of the core now; both go into the counts that the coordinator gets. */
  readonly wave: number;
  readonly stepCounter: number;
  onReport(listener: (report: WaveReport) => void): void;
  /** An ADD is about to be given to the core; `wave` is the one its front end believed in. */
  requestArrived(wave: number): void;
  /** The coordinator wants everybody to step, the excluded one knows by itself. */
  startWave(start: WaveStart): void;
}
