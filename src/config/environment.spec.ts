import { describe, expect, it } from 'vitest';
import { ConfigProblemsError } from './config-problems-error.js';
import { loadConfig } from './load-config.js';
import { allOptions } from './server-config.js';
import { engineVariables, grantedVariables, variablesWithoutEffect } from './vllm-variables.js';

const warnings = (env: Readonly<Record<string, string>>, argv: readonly string[] = []): readonly string[] =>
  loadConfig({ argv, env }).warnings;

describe('variables of the environment', () => {
  it('without effect are told with the reason, unless they ask for nothing', () => {
    expect(warnings({ VLLM_IMAGE_FETCH_TIMEOUT: '9', VLLM_ENABLE_COHERE_API: '0', PATH: '/bin' })).toEqual([
      'VLLM_IMAGE_FETCH_TIMEOUT has no effect: prompts take no media',
    ]);
  });

  it('of vLLM’s engines are told on the onnx engine', () => {
    const env = { VLLM_USE_DEEP_GEMM: '1', VLLM_DO_NOT_TRACK: '1', VLLM_HOST_IP: '10.0.0.1' };
    expect(warnings(env)).toEqual(['without effect on the onnx engine: VLLM_USE_DEEP_GEMM, VLLM_HOST_IP']);
    expect(warnings(env, ['--engine', 'vllm'])).toEqual([]);
  });

  it('that nobody knows are told with the nearest name, or end the start', () => {
    const env = { VLLM_API_KYE: 'x', AERIE_PROT: '1', VLLM_: '1' };
    const unknown = [
      'unknown variable VLLM_API_KYE (did you mean VLLM_API_KEY?)',
      'unknown variable AERIE_PROT (did you mean AERIE_PORT?)',
      expect.stringContaining('unknown variable VLLM_'),
    ];
    expect(warnings(env)).toEqual(unknown);
    try {
      warnings(env, ['--fail-on-environ-validation']);
      expect.unreachable();
    } catch (error) {
      expect(error instanceof ConfigProblemsError ? error.problems : error).toEqual(unknown);
    }
  });

  it('have an effect or none, not both', () => {
    const ours = new Set(allOptions().map(({ env }) => env));
    const told = [...Object.keys(variablesWithoutEffect), ...engineVariables, ...grantedVariables];
    expect(told.filter((name) => ours.has(name))).toEqual([]);
    expect(new Set(told).size).toBe(told.length);
  });

  it('are left to vLLM under its launcher', () => {
    const env = { VLLM_WHATEVER: '1', VLLM_USE_DEEP_GEMM: '1', VLLM_MEDIA_CACHE: '/tmp' };
    const { warnings: said } = loadConfig({ vllmArguments: { model: 'm' }, argv: ['--engine', 'vllm'], env });
    expect(said).toEqual(['VLLM_MEDIA_CACHE has no effect: prompts take no media']);
  });

  it('are not those that Kubernetes sets for a service of the same name', () => {
    const env = {
      AERIE_PORT: 'tcp://10.0.0.1:8000',
      AERIE_SERVICE_HOST: '10.0.0.1',
      AERIE_SERVICE_PORT_HTTP: '8000',
      AERIE_PORT_8000_TCP_ADDR: '10.0.0.1',
      VLLM_SERVICE_PORT: '8000',
    };
    const { config, warnings: said } = loadConfig({ env });
    expect([config.http.port, said]).toEqual([8000, []]);
  });
});
