import { ServerError } from '@app/errors';
import type { StructuredOutputs } from '@app/engine-protocol';
import { toEngineConstraint } from './structured-outputs.rules.js';

/** Port: compiles constraints before they are sent, because an engine that cannot compile one tells so late, or dies of it. */
export interface ConstraintChecker {
  /** As the engine would get it. Rejects with `InvalidRequestError` for what no output can be held to; off the event loop, within bounds of its own. */
  check(constraint: StructuredOutputs): Promise<void>;
}

/**
 * What is wrong with a constraint, to be told when the request starts: only then the answer knows whether an error is a status or an event of a
 * stream. Rejects with faults of the server.
 */
export async function findConstraintFault(
  constraint: StructuredOutputs | undefined,
  { checker, backend }: { readonly checker: ConstraintChecker | undefined; readonly backend: string },
): Promise<ServerError | undefined> {
  if (!constraint) return undefined;
  try {
    await checker?.check(toEngineConstraint(constraint, backend));
    return undefined;
  } catch (error) {
    if (error instanceof ServerError) return error;
    throw error;
  }
}
