import { NodeBindingRuntime } from './node-binding/node-binding-runtime.js';
import type { OnnxRuntime } from './onnx-runtime.js';
import { OnnxRuntimeError } from './onnx-runtime-error.js';

export interface OnnxRuntimeOptions {
  /** `auto` takes the C API and falls back to the binding where it cannot be loaded. */
  readonly backend?: 'auto' | 'c-api' | 'node-binding' | undefined;
}

export interface LoadedOnnxRuntime {
  readonly runtime: OnnxRuntime;
  /** Why `auto` did not take the C API; undefined when it did, or was not asked to. */
  readonly fallbackReason?: string | undefined;
}

/**
 * Loads ONNX Runtime, once in a process however often it is asked. Throws `OnnxRuntimeError` when the backend asked for cannot be loaded.
 *
 * @param openCApi opens the C API; rejects where it cannot be used
 */
export async function loadOnnxRuntime(
  { backend = 'auto' }: OnnxRuntimeOptions = {},
  openCApi: () => Promise<OnnxRuntime> = openSharedCApi,
): Promise<LoadedOnnxRuntime> {
  if (backend === 'node-binding') {
    return { runtime: await NodeBindingRuntime.load() };
  }
  try {
    return { runtime: await openCApi() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (backend === 'c-api') {
      throw new OnnxRuntimeError(`the C API of ONNX Runtime cannot be used: ${reason}`, undefined, { cause: error });
    }
    return { runtime: await NodeBindingRuntime.load(), fallbackReason: reason };
  }
}

/** Imported late: where koffi has no binary, the import itself fails. */
async function openSharedCApi(): Promise<OnnxRuntime> {
  const { CApiRuntime } = await import('./c-api/c-api-runtime.js');
  return CApiRuntime.shared();
}
