import { randomBytes } from 'node:crypto';

/** Longest id a client may give; longer ones are cut. */
const MAX_ID_CHARS = 256;

/**
 * 16 lower-case hex digits, as every id of the wire ends (routes.md §1.3). Never decimal digits alone: log pipelines take such an id for a number
 * and round it.
 */
export function randomId(): string {
  const id = randomBytes(8).toString('hex');
  return /[a-f]/.test(id) ? id : randomId();
}

/**
 * A client's id made safe for headers, log lines and answers: printable ASCII without spaces, at most 256 characters.
 * Empty counts as absent, because ids must be unique.
 */
export function sanitizeId(id: string | undefined): string | undefined {
  if (id === undefined || id === '') {
    return undefined;
  }
  return id.slice(0, MAX_ID_CHARS).replace(/[^\x21-\x7e]/g, '_');
}
