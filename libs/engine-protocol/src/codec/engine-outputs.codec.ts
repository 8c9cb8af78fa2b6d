import type { EngineOutput, EngineOutputs, UtilityOutput } from '../engine-output.js';
import type { WireLayout } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { EngineOutputCodec } from './engine-output.codec.js';
import { readSchedulerStats, writeSchedulerStats } from './scheduler-stats.codec.js';

type OutputsDraft = { -readonly [K in keyof EngineOutputs]?: EngineOutputs[K] };

/** EngineCoreOutputs: one message of an engine core, an array by position (engine protocol §5.3). */
export class EngineOutputsCodec {
  private readonly writer = new MsgpackWriter();
  private readonly names: readonly string[];
  private readonly output: EngineOutputCodec;

  constructor(private readonly layout: WireLayout) {
    this.names = layout.structs.EngineCoreOutputs;
    this.output = new EngineOutputCodec(layout);
  }

  encode(outputs: EngineOutputs): Buffer[] {
    const auxiliary: Buffer[] = [Buffer.alloc(0)];
    try {
      this.writer.arrayHeader(this.names.length);
      for (const name of this.names) this.write(name, outputs, auxiliary);
      auxiliary[0] = this.writer.take();
      return auxiliary;
    } catch (error) {
      this.writer.discard();
      throw error;
    }
  }

  decode(frames: readonly Uint8Array[]): EngineOutputs {
    const payload = frames[0];
    if (!payload) throw new MalformedMessageError('the message has no payload');
    const reader = new MsgpackReader(payload);
    const draft: OutputsDraft = {};
    const count = reader.readArrayHeader();
    for (let index = 0; index < count; index++) {
      if (!reader.tryNil()) this.read(this.names[index], { reader, draft, frames });
    }
    reader.expectEnd();
    return {
      ...draft,
      engineIndex: draft.engineIndex ?? 0,
      outputs: draft.outputs ?? [],
      timestamp: draft.timestamp ?? 0,
    };
  }

  /**
   * How a message differs from the layout in its numbers of elements, in words (engine protocol §6.3.5); `undefined` when it does not, or has no output to tell
   * by. Throws MalformedMessageError for what is no message.
   */
  mismatch(frames: readonly Uint8Array[]): string | undefined {
    const reader = new MsgpackReader(frames[0] ?? Buffer.alloc(0));
    const { structs } = this.layout;
    const count = reader.readArrayHeader();
    if (count !== structs.EngineCoreOutputs.length) {
      return this.difference('messages', count, structs.EngineCoreOutputs.length);
    }
    reader.skip();
    if (reader.tryNil() || reader.readArrayHeader() === 0) return undefined;
    const elements = reader.readArrayHeader();
    return elements === structs.EngineCoreOutput.length
      ? undefined
      : this.difference('outputs', elements, structs.EngineCoreOutput.length);
  }

  private difference(what: string, seen: number, expected: number): string {
    return `its ${what} have ${seen} elements, those of vLLM ${this.layout.release} have ${expected}`;
  }

  private write(name: string, outputs: EngineOutputs, auxiliary: Buffer[]): void {
    const { writer } = this;
    switch (name) {
      case 'engine_index':
        return writer.int(outputs.engineIndex);
      case 'outputs':
        writer.arrayHeader(outputs.outputs.length);
        for (const output of outputs.outputs) this.output.write(writer, output, auxiliary);
        return;
      case 'scheduler_stats':
        if (outputs.schedulerStats) writeSchedulerStats(writer, outputs.schedulerStats, this.layout.structs);
        else writer.nil();
        return;
      case 'timestamp':
        return writer.float(outputs.timestamp);
      case 'utility_output':
        return writeUtilityOutput(writer, outputs.utilityOutput);
      case 'finished_requests':
        return writer.any(outputs.finishedRequests);
      case 'wave_complete':
        return writer.any(outputs.waveComplete);
      case 'start_wave':
        return writer.any(outputs.startWave);
      case 'weight_version':
        return writer.any(outputs.weightVersion);
      default:
        return writer.nil();
    }
  }

  private read(name: string | undefined, { reader, draft, frames }: ReadState): void {
    switch (name) {
      case 'engine_index':
        draft.engineIndex = reader.readInt();
        return;
      case 'outputs': {
        const outputs: EngineOutput[] = [];
        for (let left = reader.readArrayHeader(); left > 0; left--) outputs.push(this.output.read(reader, frames));
        draft.outputs = outputs;
        return;
      }
      case 'scheduler_stats':
        draft.schedulerStats = readSchedulerStats(reader);
        return;
      case 'timestamp':
        draft.timestamp = reader.readFloat();
        return;
      case 'utility_output':
        draft.utilityOutput = readUtilityOutput(reader);
        return;
      case 'finished_requests':
        draft.finishedRequests = reader.readStrings();
        return;
      case 'wave_complete':
        draft.waveComplete = reader.readInt();
        return;
      case 'start_wave':
        draft.startWave = reader.readInt();
        return;
      case 'weight_version':
        draft.weightVersion = reader.readString();
        return;
      default:
        reader.skip();
    }
  }
}

interface ReadState {
  readonly reader: MsgpackReader;
  readonly draft: OutputsDraft;
  readonly frames: readonly Uint8Array[];
}

/** `[call id, failure message?, [type info?, value]?]` (engine protocol §5.11); a void result is `[nil, nil]`. */
function writeUtilityOutput(writer: MsgpackWriter, output: UtilityOutput | undefined): void {
  if (!output) return writer.nil();
  writer.arrayHeader(3);
  writer.int(output.callId);
  if (output.failureMessage !== undefined) {
    writer.string(output.failureMessage);
    return writer.nil();
  }
  writer.nil();
  writer.arrayHeader(2);
  writer.nil();
  writer.any(output.result);
}

/** Type info comes only from engines with insecure serialisation and is ignored. */
function readUtilityOutput(reader: MsgpackReader): UtilityOutput {
  const count = reader.readArrayHeader();
  if (count < 1) throw new MalformedMessageError('the utility output has no call id');
  const callId = reader.readIntOrBigInt();
  const failureMessage = count < 2 || reader.tryNil() ? undefined : reader.readString();
  const result = count < 3 || reader.tryNil() ? undefined : readUtilityResult(reader);
  for (let index = 3; index < count; index++) reader.skip();
  return failureMessage === undefined ? { callId, result } : { callId, failureMessage };
}

function readUtilityResult(reader: MsgpackReader): unknown {
  if (reader.readArrayHeader() !== 2) throw new MalformedMessageError('a utility result has two elements');
  reader.skip();
  return reader.readAny(1);
}
