import { isReleaseFrom } from '@app/engine-protocol';
import type { WaveStart } from '@app/engine-protocol';
import type { WaveMember, WaveReport } from '@app/engine-server';

/** The waves of one engine that steps together with its peers, by the rules of its release (engine protocol §9.3). */
export class WaveState implements WaveMember {
  private currentWave = 0;
  private steps = 0;
  private running = false;
  private ranBefore = false;
  private listener: (report: WaveReport) => void = () => undefined;

  constructor(
    private readonly rank: number,
    private readonly release: string,
    /** A step may have become possible. */
    readonly wake: () => void,
  ) {}

  get wave(): number {
    return this.currentWave;
  }

  get stepCounter(): number {
    return this.steps;
  }

  get isRunning(): boolean {
    return this.running;
  }

  onReport(listener: (report: WaveReport) => void): void {
    this.listener = listener;
  }

  requestArrived(wave: number): void {
    const isOfThePast = wave < this.currentWave;
    this.currentWave = Math.max(this.currentWave, wave);
    if (this.running) return;
    this.running = true;
    // Until 0.32 the front end tells the coordinator itself, unless it did not know of this wave.
    if (isOfThePast || isReleaseFrom('0.33', this.release)) this.listener({ startWave: this.currentWave });
  }

  startWave({ wave, exclude }: WaveStart): void {
    if (exclude === this.rank || wave < this.currentWave) return;
    this.currentWave = wave;
    this.running = true;
    this.wake();
  }

  /** A step that everybody made is over; `goesOn` says whether the wave is not. */
  stepped(goesOn: boolean): void {
    this.steps += 1;
    if (!goesOn) this.complete();
    else if (!this.ranBefore && this.rank === 0 && isReleaseFrom('0.29', this.release)) {
      this.listener({ startWave: this.currentWave });
    }
    this.ranBefore = this.running;
  }

  private complete(): void {
    if (this.rank === 0) this.listener({ waveComplete: this.currentWave });
    this.currentWave += 1;
    this.steps = 0;
    this.running = false;
  }
}
