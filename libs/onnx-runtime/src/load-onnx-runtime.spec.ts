import { describe, expect, it } from 'vitest';
import { CApiRuntime } from './c-api/c-api-runtime.js';
import { locateLibrary } from './c-api/locate-library.js';
import { OrtApi } from './c-api/ort-api.js';
import { loadOnnxRuntime } from './load-onnx-runtime.js';
import { OnnxRuntimeError } from './onnx-runtime-error.js';

const broken = (): Promise<never> => Promise.reject(new OnnxRuntimeError('no such library'));

describe('loadOnnxRuntime', () => {
  it('takes the C API of the version that is installed', async () => {
    const { runtime, fallbackReason } = await loadOnnxRuntime();
    expect([runtime.backend, runtime.writesInPlace, fallbackReason]).toEqual(['c-api', true, undefined]);
    expect(CApiRuntime.shared().version).toMatch(/^1\.30\./);
    expect((await loadOnnxRuntime({ backend: 'c-api' })).runtime).toBe(runtime);
  });

  it('takes the binding when asked', async () => {
    const { runtime, fallbackReason } = await loadOnnxRuntime({ backend: 'node-binding' }, broken);
    expect([runtime.backend, runtime.writesInPlace, fallbackReason]).toEqual(['node-binding', false, undefined]);
  });

  it('falls back to the binding, with the reason', async () => {
    const { runtime, fallbackReason } = await loadOnnxRuntime({}, broken);
    expect([runtime.backend, fallbackReason]).toEqual(['node-binding', 'no such library']);
  });

  it('does not fall back from a backend that was asked for', async () => {
    await expect(loadOnnxRuntime({ backend: 'c-api' }, broken)).rejects.toThrow(
      'the C API of ONNX Runtime cannot be used: no such library',
    );
  });
});

describe('the C API', () => {
  it('is not there for a platform without a library', () => {
    expect(() => locateLibrary('sunos', 'sparc')).toThrow('onnxruntime-node has no library for sunos/sparc');
  });

  it('refuses a file that is no library', () => {
    expect(() => new OrtApi('/nonexistent/libonnxruntime.so.1')).toThrow(/Failed to load shared library/);
  });
});
