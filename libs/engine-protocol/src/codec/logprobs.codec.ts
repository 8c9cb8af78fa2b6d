import type { LogprobRows } from '../engine-output.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { float32Array, int32Array, int64Array, readWireArray, toNumbers, writeWireArray } from './wire-array.js';

/** Token ids, logprobs and ranks; the named tuples must not be longer than the reader's (engine protocol §5.5). */
const ARRAYS = 3;

/** LogprobsLists, of generated tokens: numpy arrays, ranks as int64. `elements`: 4. */
export function writeLogprobsLists(writer: MsgpackWriter, rows: LogprobRows, frames: Buffer[], elements: number): void {
  const table = [rows.rows, rows.columns];
  writer.arrayHeader(elements);
  writeWireArray(writer, int32Array(rows.tokenIds, table, '<i4'), frames);
  writeWireArray(writer, float32Array(rows.logprobs, table, '<f4'), frames);
  writeWireArray(writer, int64Array(rows.ranks, [rows.rows]), frames);
  for (let index = ARRAYS; index < elements; index++) writer.nil();
}

/** LogprobsTensors, of the prompt: torch tensors, ranks as int32. `elements`: 4, from 0.29 on 5. */
export function writeLogprobsTensors(
  writer: MsgpackWriter,
  rows: LogprobRows,
  frames: Buffer[],
  elements: number,
): void {
  const table = [rows.rows, rows.columns];
  writer.arrayHeader(elements);
  writeWireArray(writer, int32Array(rows.tokenIds, table, 'int32'), frames);
  writeWireArray(writer, float32Array(rows.logprobs, table, 'float32'), frames);
  writeWireArray(writer, int32Array(rows.ranks, [rows.rows], 'int32'), frames);
  for (let index = ARRAYS; index < elements; index++) writer.nil();
}

/** Either form. Throws MalformedMessageError when the three tables do not fit each other. */
export function readLogprobRows(reader: MsgpackReader, frames: readonly Uint8Array[]): LogprobRows {
  const elements = reader.readArrayHeader();
  if (elements < ARRAYS) throw new MalformedMessageError(`logprobs have at least ${ARRAYS} elements, not ${elements}`);
  const tokenIds = readWireArray(reader, frames);
  const logprobs = readWireArray(reader, frames);
  const ranks = readWireArray(reader, frames);
  for (let index = ARRAYS; index < elements; index++) reader.skip();
  const [rows, columns] = tokenIds.shape;
  if (
    rows === undefined ||
    columns === undefined ||
    tokenIds.shape.length !== 2 ||
    String(logprobs.shape) !== String(tokenIds.shape) ||
    String(ranks.shape) !== String(rows)
  ) {
    throw new MalformedMessageError('token ids, logprobs and ranks have shapes that do not fit');
  }
  return { rows, columns, tokenIds: toNumbers(tokenIds), logprobs: toNumbers(logprobs), ranks: toNumbers(ranks) };
}
