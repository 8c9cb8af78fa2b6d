import { readFileSync, statSync } from 'node:fs';

const MAX_BYTES = 1024 * 1024;

/** Text of a file that an operator wrote. Throws when it is no regular file, or larger than any such is. */
export function readSmallFile(path: string): string {
  const status = statSync(path);
  if (!status.isFile()) throw new Error('it is not a file');
  if (status.size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

/** Undefined where `readSmallFile` throws. */
export function findSmallFile(path: string): string | undefined {
  try {
    return readSmallFile(path);
  } catch {
    return undefined;
  }
}
