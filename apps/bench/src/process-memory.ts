import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of a process and all below it, in MiB; undefined where there is no /proc. */
export function memoryOfTree(root: number): number | undefined {
  try {
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap(readStatus);
    const tree = new Set([root]);
    for (let before = 0; before !== tree.size;) {
      before = tree.size;
      for (const { pid, parent } of processes) if (tree.has(parent)) tree.add(pid);
    }
    const bytes = processes.filter(({ pid }) => tree.has(pid)).reduce((sum, { kilobytes }) => sum + kilobytes, 0);
    return bytes / 1024;
  } catch {
    return undefined;
  }
}

function readStatus(pid: string): { readonly pid: number; readonly parent: number; readonly kilobytes: number }[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const numberOf = (field: string): number => Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return [{ pid: Number(pid), parent: numberOf('PPid'), kilobytes: numberOf('VmRSS') }];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
