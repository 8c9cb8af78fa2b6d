import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Pids of the children of a process. */
export async function childPids(parent: number): Promise<readonly number[]> {
  const list = existsSync('/proc/self')
    ? await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')
    : await run('pgrep', ['-P', String(parent)]).then(
        ({ stdout }) => stdout,
        () => '',
      );
  return list.trim() === '' ? [] : list.trim().split(/\s+/).map(Number);
}

/** Resolves when none of them is left. */
export async function allEnded(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await nextTurn();
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
