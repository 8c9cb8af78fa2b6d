/**
 * The functions of `OrtApi` that are used: place in the function table, result and parameters in koffi's terms.
 *
 * Source of the order: `OrtApi` in onnxruntime_c_api.h (ONNX Runtime 1.30); all of these shipped in API version 5 or before, whose order is
 * frozen by static asserts in onnxruntime_c_api.cc (ReleaseCustomOpDomain is 101, SetGlobalSpinControl 149).
 * Every handle is a plain `void *`; out parameters are one-element typed arrays.
 */
export const ortApiFunctions = {
  GetErrorCode: [1, 'int', ['void *']],
  GetErrorMessage: [2, 'void *', ['void *']],
  CreateEnv: [3, 'void *', ['int', 'str', 'void *']],
  CreateSession: [7, 'void *', ['void *', 'path', 'void *', 'void *']],
  CreateSessionFromArray: [8, 'void *', ['void *', 'void *', 'size_t', 'void *', 'void *']],
  Run: [9, 'void *', ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *']],
  CreateSessionOptions: [10, 'void *', ['void *']],
  DisableMemPattern: [17, 'void *', ['void *']],
  DisableCpuMemArena: [19, 'void *', ['void *']],
  SetSessionLogSeverityLevel: [22, 'void *', ['void *', 'int']],
  SetSessionGraphOptimizationLevel: [23, 'void *', ['void *', 'int']],
  SetIntraOpNumThreads: [24, 'void *', ['void *', 'int']],
  SessionGetInputCount: [30, 'void *', ['void *', 'void *']],
  SessionGetOutputCount: [31, 'void *', ['void *', 'void *']],
  SessionGetInputTypeInfo: [33, 'void *', ['void *', 'size_t', 'void *']],
  SessionGetOutputTypeInfo: [34, 'void *', ['void *', 'size_t', 'void *']],
  SessionGetInputName: [36, 'void *', ['void *', 'size_t', 'void *', 'void *']],
  SessionGetOutputName: [37, 'void *', ['void *', 'size_t', 'void *', 'void *']],
  CreateRunOptions: [39, 'void *', ['void *']],
  RunOptionsSetTerminate: [46, 'void *', ['void *']],
  RunOptionsUnsetTerminate: [47, 'void *', ['void *']],
  CreateTensorWithDataAsOrtValue: [49, 'void *', ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *']],
  CastTypeInfoToTensorInfo: [55, 'void *', ['void *', 'void *']],
  GetTensorElementType: [60, 'void *', ['void *', 'void *']],
  GetDimensionsCount: [61, 'void *', ['void *', 'void *']],
  GetDimensions: [62, 'void *', ['void *', 'void *', 'size_t']],
  GetSymbolicDimensions: [63, 'void *', ['void *', 'void *', 'size_t']],
  CreateCpuMemoryInfo: [69, 'void *', ['int', 'int', 'void *']],
  AllocatorFree: [76, 'void *', ['void *', 'void *']],
  GetAllocatorWithDefaultOptions: [78, 'void *', ['void *']],
  ReleaseStatus: [93, 'void', ['void *']],
  ReleaseSession: [95, 'void', ['void *']],
  ReleaseValue: [96, 'void', ['void *']],
  ReleaseRunOptions: [97, 'void', ['void *']],
  ReleaseTypeInfo: [98, 'void', ['void *']],
  ReleaseSessionOptions: [100, 'void', ['void *']],
  AddSessionConfigEntry: [130, 'void *', ['void *', 'str', 'str']],
} as const satisfies Record<string, readonly [number, string, readonly string[]]>;

export type OrtApiFunctionName = keyof typeof ortApiFunctions;

/** The ABI asked for with `OrtApiBase::GetApi`: old enough for any library since 1.20, new enough for everything above. */
export const ORT_API_VERSION = 20;
