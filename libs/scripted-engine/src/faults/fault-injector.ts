import type { EngineOutputs } from '@app/engine-protocol';
import type { EngineServer } from '@app/engine-server';
import { UnavailableError } from '@app/errors';
import type { ScriptedEngineCore } from '../scripted-engine-core.js';
import type { Fault, FaultKind, WireFault } from './fault.js';
import { garbage } from './garbage.js';

export interface FaultTargets {
  readonly core: ScriptedEngineCore;
  /** Ends the process without a last word. */
  readonly exit: () => void;
}

const UNKNOWN_REQUEST = 'a-request-that-nobody-sent';

/** Makes an engine misbehave: from the start, by its steps, by its requests or when it is told. */
export class FaultInjector {
  private pending: readonly Fault[];
  /** Those that last, until `heal`. */
  private readonly active = new Set<FaultKind>();
  /** Of the wire, before there is one. */
  private readonly untilServed: Fault[] = [];
  private server: EngineServer | undefined;

  constructor(
    faults: readonly Fault[],
    private readonly targets: FaultTargets,
  ) {
    this.pending = faults.filter(isTimed);
    targets.core.onProgress({
      stepped: (count) => this.fire(({ afterStep }) => afterStep === count),
      requested: (count) => this.fire(({ atRequest }) => atRequest === count),
    });
    for (const fault of faults) if (!isTimed(fault)) this.begin(fault);
  }

  /** Between INIT and registration. Rejects, or never resolves, when the engine is to fail there. */
  async startUp(): Promise<void> {
    if (this.active.has('start-death')) throw new UnavailableError('the engine was told to die while it starts');
    if (this.active.has('never-ready')) await new Promise(() => undefined);
  }

  /** The engine is on the wire. */
  attach(server: EngineServer): void {
    this.server = server;
    for (const fault of this.untilServed.splice(0)) this.begin(fault);
  }

  /** Now, or when its time comes. */
  inject(fault: Fault): void {
    if (isTimed(fault)) {
      this.pending = [...this.pending, fault];
      return;
    }
    this.begin(fault);
  }

  /** Ends what lasts: hang, mute, slow, wrong ids and index, duplicates. The rest cannot be undone. */
  heal(): void {
    this.active.clear();
    this.targets.core.resume();
  }

  /** What goes out in the place of a message. */
  readonly distort = (message: EngineOutputs): readonly EngineOutputs[] => {
    if (this.active.has('mute')) return [];
    const isStep = message.utilityOutput === undefined;
    const outputs =
      isStep && this.active.has('wrong-ids')
        ? [{ requestId: UNKNOWN_REQUEST, newTokenIds: [1] }, ...message.outputs]
        : message.outputs;
    const engineIndex = message.engineIndex + (this.active.has('wrong-index') ? 1000 : 0);
    const sent = { ...message, engineIndex, outputs };
    const finished = message.outputs.filter(({ finishReason }) => finishReason !== undefined);
    if (finished.length === 0 || !this.active.has('duplicate-finish')) return [sent];
    return [
      { ...sent, outputs: [...outputs, ...finished] },
      { ...sent, outputs: finished },
    ];
  };

  private fire(isDue: (fault: Fault) => boolean): void {
    const due = this.pending.filter(isDue);
    this.pending = this.pending.filter((fault) => !due.includes(fault));
    for (const fault of due) this.begin(fault);
  }

  private begin(fault: Fault): void {
    const { core, exit } = this.targets;
    switch (fault.kind) {
      case 'hang':
        return core.stall();
      case 'slow':
        return core.slowDown(fault.delayMs);
      case 'exit':
        return exit();
      case 'death':
      case 'deaf':
      case 'garbage':
        if (this.server === undefined) this.untilServed.push(fault);
        else this.breakWire(fault, this.server);
        return;
      default:
        this.active.add(fault.kind);
    }
  }

  private breakWire(fault: WireFault, server: EngineServer): void {
    switch (fault.kind) {
      case 'death':
        return this.targets.core.die('it was told to');
      case 'deaf':
        return server.deafen();
      case 'garbage':
        return server.sendRaw(garbage(fault.form));
    }
  }
}

function isTimed({ afterStep, atRequest }: Fault): boolean {
  return afterStep !== undefined || atRequest !== undefined;
}
