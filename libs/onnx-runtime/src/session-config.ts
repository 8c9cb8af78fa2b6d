import type { SessionOptions } from './onnx-runtime.js';
import { OnnxRuntimeError } from './onnx-runtime-error.js';

/** OrtLoggingLevel fatal: errors reach the caller with their text, and need not be on stderr too. */
export const LOG_LEVEL = 4;

const MAX_THREADS = 1024;

/** Entries of `AddSessionConfigEntry` both backends set: no spinning on idle cores, no denormals (they cost up to a quarter of the speed). */
export function sessionConfig({ externalDataFolder }: SessionOptions): Readonly<Record<string, string>> {
  return {
    'session.intra_op.allow_spinning': '0',
    'session.set_denormal_as_zero': '1',
    ...(externalDataFolder === undefined
      ? {}
      : { 'session.model_external_initializers_file_folder_path': externalDataFolder }),
  };
}

/** Throws for a thread count native code would misread. */
export function checkThreads({ intraOpNumThreads }: SessionOptions): void {
  if (
    intraOpNumThreads !== undefined &&
    !(Number.isSafeInteger(intraOpNumThreads) && intraOpNumThreads >= 1 && intraOpNumThreads <= MAX_THREADS)
  ) {
    throw new OnnxRuntimeError(
      `intraOpNumThreads must be an integer from 1 to ${MAX_THREADS}, got ${intraOpNumThreads}`,
    );
  }
}
