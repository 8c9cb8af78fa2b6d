import { isReleaseFrom } from '@app/engine-protocol';
import type { ScriptedEngineCore } from '../scripted-engine-core.js';
import { WaveState } from './wave-state.js';

export interface LockStepOptions {
  /** Engines of the whole deployment; all of them are in this process. */
  readonly engineCount: number;
  readonly release: string;
  /** Time between two steps. */
  readonly intervalMs: number;
}

interface Member {
  readonly waves: WaveState;
  readonly core: ScriptedEngineCore;
}

/**
 * Engines of a mixture-of-experts deployment: each needs all others for a step of its own. One that has nothing to do makes a dummy step, one
 * that does not know that it is needed holds up everybody (engine protocol §9.1).
 */
export class LockStepGroup {
  private readonly members: Member[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LockStepOptions) {}

  /** The waves of one engine; its core joins with them. */
  wavesOf(rank: number): WaveState {
    return new WaveState(rank, this.options.release, () => this.wake());
  }

  join(waves: WaveState, core: ScriptedEngineCore): void {
    this.members.push({ waves, core });
  }

  /** Something has changed: a step may be possible. */
  wake(): void {
    this.timer ??= setTimeout(() => this.step(), this.options.intervalMs);
  }

  private step(): void {
    this.timer = undefined;
    const { members } = this;
    const canStep = members.length === this.options.engineCount && members.every(isReady);
    if (!canStep) return;
    for (const { core } of members) core.stepOnce();
    const goesOn = !this.asksAfter(members[0].waves.stepCounter + 1) || members.some(({ core }) => core.hasWork);
    for (const { waves } of members) waves.stepped(goesOn);
    if (goesOn) this.wake();
  }

  /** Whether the engines ask each other after this step if anyone has work left. */
  private asksAfter(step: number): boolean {
    return isReleaseFrom('0.30', this.options.release) ? step === 1 || step % 16 === 0 : step % 32 === 0;
  }
}

function isReady({ waves, core }: Member): boolean {
  return waves.isRunning && !core.isStalled;
}
