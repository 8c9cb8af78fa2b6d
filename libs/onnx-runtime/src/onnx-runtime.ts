/** Element types the engine uses. `float16` and `bfloat16` travel as their 16-bit patterns. */
export type TensorType = 'float32' | 'float16' | 'int64' | 'int32' | 'int8' | 'uint8' | 'bool';

export type TensorData = Float32Array | Uint16Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

/** A view over caller-owned memory: `data.length` is the product of `dims`. Row-major. A run reads or writes it in place. */
export interface Tensor {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export interface ValueInfo {
  readonly name: string;
  readonly type: TensorType;
  /** Symbolic dimensions are given by name. */
  readonly dims: readonly (number | string)[];
}

export interface SessionOptions {
  /** Threads of the session's own pool. Default: number of cores. */
  readonly intraOpNumThreads?: number | undefined;
  /** Folder of external data files when the model is given as bytes. */
  readonly externalDataFolder?: string | undefined;
}

export interface OnnxSession {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph off the event loop. `outputs` are allocated by the caller and written in place; giving the same memory as input and output
   * is allowed (KV cache). One run at a time per session. Rejects with an `OnnxRuntimeError`; `terminate` makes the run in progress reject.
   */
  run(inputs: Readonly<Record<string, Tensor>>, outputs: Readonly<Record<string, Tensor>>): Promise<void>;
  terminate(): void;
  /** Frees the session; waits for a run in progress. */
  release(): Promise<void>;
}

/** ONNX Runtime, by one of its two backends. */
export interface OnnxRuntime {
  readonly backend: 'c-api' | 'node-binding';
  /** True when outputs given by the caller are written in place (the KV cache needs it to be fast; the result is the same without). */
  readonly writesInPlace: boolean;
  /** From a file path or the model's bytes. */
  createSession(model: string | Uint8Array, options?: SessionOptions): Promise<OnnxSession>;
}
