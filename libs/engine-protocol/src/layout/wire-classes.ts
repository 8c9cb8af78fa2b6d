import type { WireStruct } from './wire-layout.js';

/** A positional list of all fields, or a map under their names (engine protocol §5). */
export type WireForm = 'array' | 'map';

export interface WireClass {
  /** Python module of the class. */
  readonly module: string;
  readonly form: WireForm;
}

const ENGINE = 'vllm.v1.engine';
const OUTPUTS = 'vllm.v1.outputs';
const STATS = 'vllm.v1.metrics.stats';

/** The classes of vLLM behind the structures: where a program finds them, and the form that the codecs here speak. */
export const WIRE_CLASSES: Readonly<Record<WireStruct, WireClass>> = {
  EngineCoreRequest: { module: ENGINE, form: 'array' },
  SamplingParams: { module: 'vllm.sampling_params', form: 'map' },
  StructuredOutputsParams: { module: 'vllm.sampling_params', form: 'map' },
  EngineCoreOutputs: { module: ENGINE, form: 'array' },
  EngineCoreOutput: { module: ENGINE, form: 'array' },
  LogprobsLists: { module: OUTPUTS, form: 'array' },
  LogprobsTensors: { module: OUTPUTS, form: 'array' },
  PrefillStats: { module: STATS, form: 'map' },
  RequestError: { module: 'vllm.outputs', form: 'map' },
  SchedulerStats: { module: STATS, form: 'map' },
  PrefixCacheStats: { module: STATS, form: 'map' },
  EngineCoreReadyResponse: { module: ENGINE, form: 'map' },
  PoolingParams: { module: 'vllm.pooling_params', form: 'array' },
  LoRARequest: { module: 'vllm.lora.request', form: 'array' },
};
