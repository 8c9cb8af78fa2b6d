/** How a child ended. */
export type ProcessExit =
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly type: 'not-started'; readonly message: string };

/** As the end of a sentence: "engine core 0 exited with code 1". */
export function describeExit(exit: ProcessExit): string {
  switch (exit.type) {
    case 'exit':
      return `exited with code ${exit.code}`;
    case 'signal':
      return `was ended by ${exit.signal}`;
    case 'not-started':
      return `could not be started: ${exit.message}`;
  }
}
