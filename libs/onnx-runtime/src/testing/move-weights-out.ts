import { readModel } from '../model/read-model.js';
import { readFields, WireWriter } from '../model/wire.js';
import { writeModel } from '../model/write-model.js';
import type { Initializer } from '../model/onnx-model.js';

const SMALLEST = 1024;
/** Exporters align weights to pages, so that they can be mapped. */
const ALIGNMENT = 4096;

/** Moves the weights of a model into a file of their own, as exports above 2 GB have them. `file` is the name the model then looks for. */
export function moveWeightsOut(
  bytes: Uint8Array,
  file: string,
): { readonly model: Uint8Array; readonly weights: Uint8Array } {
  const model = readModel(bytes);
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const initializers = model.graph.initializers.map((initializer): Initializer => {
    const raw = [...readFields(initializer.bytes)].find(({ number }) => number === 9);
    if (!raw || raw.bytes.length < SMALLEST) {
      return initializer;
    }
    const start = offset;
    const padding = (ALIGNMENT - (raw.bytes.length % ALIGNMENT)) % ALIGNMENT;
    pieces.push(raw.bytes, new Uint8Array(padding));
    offset += raw.bytes.length + padding;
    return { ...initializer, bytes: toExternal(initializer, { file, start, length: raw.bytes.length }) };
  });
  return {
    model: writeModel({ ...model, graph: { ...model.graph, initializers } }),
    weights: Buffer.concat(pieces),
  };
}

/** TensorProto with `external_data` (13) and `data_location` EXTERNAL (14) in place of `raw_data`. */
function toExternal({ bytes }: Initializer, place: { file: string; start: number; length: number }): Uint8Array {
  const writer = new WireWriter();
  for (const { number, raw } of readFields(bytes)) {
    if (number !== 9) {
      writer.raw(raw);
    }
  }
  for (const [key, value] of [
    ['location', place.file],
    ['offset', String(place.start)],
    ['length', String(place.length)],
  ] as const) {
    writer.message(13, new WireWriter().text(1, key).text(2, value));
  }
  return writer.int(14, 1).finish();
}
