import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** One message seen between a real vLLM 0.32.0 engine core and its peers, as the engine (or the reader of the socket) sees it: no identity frame. */
export interface CapturedMessage {
  readonly name: string;
  readonly direction: string;
  readonly socket: 'handshake' | 'input' | 'output' | 'coordinator input' | 'coordinator output' | 'stats publish';
  readonly note?: string;
  readonly frames: readonly Buffer[];
  /** The content: positional arrays as objects by field name; nulls and most defaults are left out. */
  readonly decoded: unknown;
}

const fixture = new URL('../../fixtures/captured-0.32.json', import.meta.url);

/** All of them, in the order of the recording. */
export function capturedMessages(): readonly CapturedMessage[] {
  const entries = JSON.parse(readFileSync(fixture, 'utf8')) as (Omit<CapturedMessage, 'frames'> & {
    frames: string[];
  })[];
  return entries.map((entry) => ({ ...entry, frames: entry.frames.map(toBytes) }));
}

/** The one with that name. */
export function capturedMessage(name: string): CapturedMessage {
  const found = capturedMessages().find((message) => message.name === name);
  if (!found) throw new Error(`there is no captured message "${name}"`);
  return found;
}

function toBytes(frame: string): Buffer {
  const compressed = /^deflate:(.*)$/s.exec(frame)?.[1];
  return compressed === undefined ? Buffer.from(frame, 'hex') : inflateSync(Buffer.from(compressed, 'base64'));
}
