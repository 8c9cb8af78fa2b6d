import { isUtf8 } from 'node:buffer';

/** The text of a body without its byte order mark; undefined when it is no UTF-8. */
export function bodyText(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hasByteOrderMark = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  return buffer.toString('utf8', hasByteOrderMark ? 3 : 0);
}
