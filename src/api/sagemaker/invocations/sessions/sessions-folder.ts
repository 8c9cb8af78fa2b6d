import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';

/** In memory where the machine has a folder for that, else among the temporary files. */
export function defaultSessionsFolder(): string {
  return join(isWritable(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'sagemaker_sessions');
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
