import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** The single frame that lets waiting engine cores begin (engine protocol §3.3). */
export const COORDINATOR_READY = Buffer.from('READY', 'ascii');

/** What a subscriber sends on its XSUB socket to hear everything. */
export const SUBSCRIPTION = Buffer.from([1]);

/** Ranks are two bytes on the wire. */
const MAX_ENGINES = 0x1_0000;

const SCALE_NOTICE = 'SCALE_ELASTIC_EP';

/** An engine in a wave message: its rank, or the two bytes of its identity, as Python's front ends send it. */
export type EngineName = number | Uint8Array;

/** Coordinator to engines: whoever is idle steps along in this wave. The excluded engine needs no telling. */
export interface WaveStart {
  readonly wave: number;
  readonly exclude: EngineName | undefined;
}

/** Load of one engine core, in requests. */
export interface EngineLoad {
  readonly waiting: number;
  readonly running: number;
  /** 0…1; not told before 0.27. */
  readonly kvCacheUsage?: number | undefined;
}

/** Coordinator to front ends. */
export interface CoordinatorReport {
  /** By rank; absent when nothing new is told. */
  readonly counts?: readonly EngineLoad[] | undefined;
  readonly wave: number;
  readonly running: boolean;
}

/** Front end to coordinator. */
export type FrontEndNotice =
  /** A request went to `engine` while the engines were idle, as far as the front end knew (until 0.32). */
  | { readonly type: 'first-request'; readonly engine: EngineName; readonly wave: number }
  /** Elastic expert parallelism: there are now so many engines. */
  | { readonly type: 'scale'; readonly engineCount: number };

/** Payload of START_DP_WAVE: `[wave, excluded engine?]`. */
export function encodeWaveStart({ wave, exclude }: WaveStart): Buffer {
  const writer = new MsgpackWriter();
  writer.arrayHeader(2);
  writer.int(wave);
  writer.any(exclude);
  return writer.take();
}

/** Throws MalformedMessageError. */
export function decodeWaveStart(payload: Uint8Array): WaveStart {
  return whole(payload, (reader) => {
    expectElements(reader.readArrayHeader(), 2);
    const wave = readCount(reader);
    return { wave, exclude: reader.tryNil() ? undefined : readEngineName(reader) };
  });
}

/** `[counts?, wave, running]`; an engine's counts are a triple where its cache usage is known, else a pair. */
export function encodeCoordinatorReport({ counts, wave, running }: CoordinatorReport): Buffer {
  const writer = new MsgpackWriter();
  writer.arrayHeader(3);
  if (counts === undefined) {
    writer.nil();
  } else {
    writer.arrayHeader(counts.length);
    counts.forEach((load) => writeLoad(writer, load));
  }
  writer.int(wave);
  writer.boolean(running);
  return writer.take();
}

/** Accepts pairs, triples and longer. Throws MalformedMessageError. */
export function decodeCoordinatorReport(payload: Uint8Array): CoordinatorReport {
  return whole(payload, (reader) => {
    expectElements(reader.readArrayHeader(), 3);
    const counts = reader.tryNil() ? undefined : reader.readArray(readLoad);
    return { counts, wave: readCount(reader), running: reader.readBoolean() };
  });
}

/** `[engine, wave]` or `["SCALE_ELASTIC_EP", count]`. */
export function encodeFrontEndNotice(notice: FrontEndNotice): Buffer {
  const writer = new MsgpackWriter();
  writer.any(notice.type === 'scale' ? [SCALE_NOTICE, notice.engineCount] : [notice.engine, notice.wave]);
  return writer.take();
}

/** Throws MalformedMessageError, also for a count that no deployment can have. */
export function decodeFrontEndNotice(payload: Uint8Array): FrontEndNotice {
  return whole(payload, (reader) => {
    expectElements(reader.readArrayHeader(), 2);
    if (!reader.nextIsString()) {
      return { type: 'first-request', engine: readEngineName(reader), wave: readCount(reader) };
    }
    const name = reader.readString();
    const engineCount = readCount(reader);
    if (name !== SCALE_NOTICE || engineCount < 1 || engineCount > MAX_ENGINES) {
      throw new MalformedMessageError(`"${name}" with ${engineCount} is no notice of a front end`);
    }
    return { type: 'scale', engineCount };
  });
}

function writeLoad(writer: MsgpackWriter, { waiting, running, kvCacheUsage }: EngineLoad): void {
  writer.arrayHeader(kvCacheUsage === undefined ? 2 : 3);
  writer.int(waiting);
  writer.int(running);
  if (kvCacheUsage !== undefined) writer.float(kvCacheUsage);
}

function readLoad(reader: MsgpackReader): EngineLoad {
  const count = reader.readArrayHeader();
  if (count < 2) throw new MalformedMessageError('the counts of an engine are at least two');
  const waiting = readCount(reader);
  const running = readCount(reader);
  const kvCacheUsage = count > 2 ? reader.readFloat() : undefined;
  for (let index = 3; index < count; index++) reader.skip();
  return { waiting, running, kvCacheUsage };
}

function readEngineName(reader: MsgpackReader): EngineName {
  const name = reader.nextIsInt() ? readCount(reader) : reader.readAny();
  if (typeof name === 'number' || (name instanceof Uint8Array && name.length === 2)) return name;
  throw new MalformedMessageError('an engine is named by its rank or by two bytes');
}

/** Waves and numbers of requests: not negative, and with a successor. */
function readCount(reader: MsgpackReader): number {
  const value = reader.readInt();
  if (value >= 0 && value < Number.MAX_SAFE_INTEGER) return value;
  throw new MalformedMessageError(`${value} is out of range`);
}

function expectElements(found: number, wanted: number): void {
  if (found !== wanted) throw new MalformedMessageError(`expected ${wanted} elements, found ${found}`);
}

function whole<T>(payload: Uint8Array, read: (reader: MsgpackReader) => T): T {
  const reader = new MsgpackReader(payload);
  const value = read(reader);
  reader.expectEnd();
  return value;
}
