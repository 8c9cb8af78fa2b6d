const groups = new Set<number>();

/** Kills the process group when this process exits. Returns the function that forgets it. One exit listener serves them all. */
export function killAtExit(group: number): () => void {
  if (groups.size === 0) {
    process.on('exit', killGroups);
  }
  groups.add(group);
  return () => {
    groups.delete(group);
    if (groups.size === 0) {
      process.off('exit', killGroups);
    }
  };
}

function killGroups(): void {
  for (const group of groups) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      continue;
    }
  }
}
