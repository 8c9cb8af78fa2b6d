import type { EngineRequest, PromptEmbeds } from '../engine-request.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import type { MsgpackReader } from '../msgpack/msgpack-reader.js';
import type { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { readWireArray, writeWireArray } from './wire-array.js';

/** A tensor of a row per prompt token, in a frame of its own from 256 bytes on. */
export function writePromptEmbeds(
  writer: MsgpackWriter,
  { promptTokenIds, promptEmbeds }: EngineRequest,
  frames: Buffer[],
): void {
  if (!promptEmbeds) return writer.nil();
  const { dtype, hiddenSize, bytes } = promptEmbeds;
  writeWireArray(writer, { dtype, shape: [promptTokenIds.length, hiddenSize], bytes }, frames, { copy: false });
}

/** The embeddings of a request as far as they have been read: the ids stand before them, and the mask behind. */
export interface PromptEmbedsDraft {
  promptTokenIds?: readonly number[];
  rows?: Pick<PromptEmbeds, 'dtype' | 'hiddenSize' | 'bytes'> & { readonly count: number };
  isTokenId?: readonly boolean[];
}

const FLOATS: ReadonlySet<string> = new Set(['bfloat16', 'float16', 'float32', 'float64']);

export function readPromptEmbeds(reader: MsgpackReader, frames: readonly Uint8Array[]): PromptEmbedsDraft['rows'] {
  const { dtype, shape, bytes } = readWireArray(reader, frames);
  if (!FLOATS.has(dtype) || shape.length !== 2) {
    throw new MalformedMessageError('prompt embeddings are a matrix of floats');
  }
  const [count, hiddenSize] = shape;
  return { dtype, count, hiddenSize, bytes };
}

/** Prompt and embeddings of a request that is read to its end. Ids of a prompt of rows alone are zeros, as many as rows. */
export function toPrompt({
  promptTokenIds,
  rows,
  isTokenId,
}: PromptEmbedsDraft): Pick<EngineRequest, 'promptTokenIds' | 'promptEmbeds'> {
  if (!rows) {
    if (!promptTokenIds) throw new MalformedMessageError('the request has no prompt token ids');
    return { promptTokenIds };
  }
  const { count, ...embeds } = rows;
  if (!promptTokenIds && !isTokenId) {
    return { promptTokenIds: Array<number>(count).fill(0), promptEmbeds: embeds };
  }
  if (promptTokenIds?.length !== count || isTokenId?.length !== count) {
    throw new MalformedMessageError('prompt embeddings beside tokens need a row, an id and a mark for each position');
  }
  return { promptTokenIds, promptEmbeds: { ...embeds, isTokenId } };
}
