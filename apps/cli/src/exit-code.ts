/** Ends the process after Commander has written its own line: 0 after help and version, 2 after a command line that it refuses. */
export function exitAfter(error: Error & { readonly exitCode?: number }): never {
  process.exit(error.exitCode === 0 ? 0 : 2);
}
