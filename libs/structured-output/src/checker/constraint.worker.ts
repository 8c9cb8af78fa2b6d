import { toConstraintOutcome } from './compile-constraint.js';
import type { ConstraintJob, ConstraintOutcome } from './compile-constraint.js';

/** Entry point of the worker threads of `ConstraintWorkers`. */
export default function compile(job: ConstraintJob): ConstraintOutcome {
  return toConstraintOutcome(job);
}
