import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { jsonText } from '@server/language/answers/json-text';
import type { RecordedRequest } from './corpus.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The server closed the connection inside the body. */
  readonly cut: boolean;
}

/** A server that says nothing for so long will not answer; the case has failed. */
const SILENCE_MS = 15_000;

/** Sends a recorded request. `heard` is called whenever a piece of the answer comes. Rejects when there is no answer. */
export function ask(url: string, recorded: RecordedRequest, heard: () => void): Promise<Answer> {
  const { method, path, drop_after_events } = recorded;
  const content = contentOf(recorded);
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, headers: headersOf(recorded, content) }, (response) => {
      void receive(response, { heard, dropAfterEvents: drop_after_events }).then((answer) => {
        resolve(answer);
        call.destroy();
      });
    });
    call.setTimeout(SILENCE_MS, () => call.destroy(new Error(`no answer for ${SILENCE_MS / 1000} s`)));
    call.on('error', reject);
    call.end(content);
  });
}

function contentOf({ body, text, text_base64 }: RecordedRequest): Buffer | string | undefined {
  if (text_base64 !== undefined) return Buffer.from(text_base64, 'base64');
  return text ?? (body === undefined ? undefined : jsonText(body));
}

/** A header with an empty value is not sent, not even the one that would be there without it. */
function headersOf({ headers = {} }: RecordedRequest, content: Buffer | string | undefined): Record<string, string> {
  const ofContent: Record<string, string> =
    content === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(content)) };
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(
    Object.entries({ ...ofContent, ...Object.fromEntries(given) }).filter(([, value]) => value),
  );
}

interface Reading {
  readonly heard: () => void;
  readonly dropAfterEvents: number | undefined;
}

/** Reads to the end, to the cut, or up to the event after which the client goes. */
function receive(response: IncomingMessage, { heard, dropAfterEvents = Infinity }: Reading): Promise<Answer> {
  const pieces: Buffer[] = [];
  const answer = (text: string, cut: boolean): Answer => ({
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    cut,
  });
  return new Promise((resolve) => {
    response.on('data', (piece: Buffer) => {
      heard();
      pieces.push(piece);
      const events = textOf(pieces).split('\n\n');
      if (events.length > dropAfterEvents)
        resolve(answer(`${events.slice(0, dropAfterEvents).join('\n\n')}\n\n`, false));
    });
    // An error here is the cut; `close` follows it.
    response.on('error', () => undefined);
    response.on('close', () => resolve(answer(textOf(pieces), !response.complete)));
  });
}

function textOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('utf8');
}
