import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { toLoraModule } from './lora-modules.js';

describe('--lora-modules', () => {
  it.each([
    ['a=/adapters/a', { name: 'a', path: '/adapters/a' }],
    ['a=hub/a=b', { name: 'a', path: 'hub/a=b' }],
    ['{"name":"a","path":"/a"}', { name: 'a', path: '/a', baseModelName: undefined, is3dWeight: false }],
    [
      '{"name":"a=1","path":"/a","base_model_name":"m","is_3d_lora_weight":true}',
      { name: 'a=1', path: '/a', baseModelName: 'm', is3dWeight: true },
    ],
    ['{"name":"a","path":"/a","base_model_name":null}', { name: 'a', path: '/a', is3dWeight: false }],
  ])('reads %s', (text, module) => {
    expect(toLoraModule(text)).toEqual(module);
  });

  it.each([
    ['a', 'Invalid JSON format for --lora-modules: a'],
    ['a=/x,b=/y', 'Invalid JSON format for --lora-modules: a=/x,b=/y'],
    [
      '[{"name":"a","path":"/a"}]',
      'Invalid fields for --lora-modules: [{"name":"a","path":"/a"}] - expected an object',
    ],
    ['{"name":"a"}', 'Invalid fields for --lora-modules: {"name":"a"} - name and path must be strings'],
    ['{"name":"a","path":"/a","rank":8}', 'unknown field rank'],
    ['{"name":"a","path":"/a","base_model_name":1}', 'base_model_name must be a string'],
    ['{"name":"a","path":"/a","is_3d_lora_weight":1}', 'is_3d_lora_weight must be true or false'],
    ['=/a', 'name and path must not be empty'],
    ['a=', 'name and path must not be empty'],
    ['a\n=/a', 'control characters in name or path'],
  ])('refuses %j', (text, message) => {
    expect(() => toLoraModule(text)).toThrow(message);
  });

  it('is one option with several words, whose problems name it', () => {
    const { config } = loadConfig({
      argv: ['m', '--engine', 'vllm', '--lora-modules', 'a=/a', '{"name":"b","path":"/b"}'],
    });
    expect(config.lora.modules.map(({ name, path }) => [name, path])).toEqual([
      ['a', '/a'],
      ['b', '/b'],
    ]);
    expect(() => loadConfig({ argv: ['m', '--engine', 'vllm', '--lora-modules', 'a=/a', 'x'] })).toThrow(
      '--lora-modules: Invalid JSON format for --lora-modules: x',
    );
    expect(() => loadConfig({ argv: ['m', '--engine', 'vllm', '--lora-modules', 'a=/a', 'a=/b'] })).toThrow(
      'two adapters have the name a',
    );
  });

  it('comes as objects from the launcher of vLLM', () => {
    const { config } = loadConfig({
      argv: ['--engine', 'vllm'],
      vllmArguments: { model: 'm', lora_modules: [{ name: 'a', path: '/a' }] },
    });
    expect(config.lora.modules).toEqual([{ name: 'a', path: '/a', is3dWeight: false }]);
  });
});

describe('the onnx engine', () => {
  it('has no adapters', () => {
    expect(() => loadConfig({ argv: ['m', '--lora-modules', 'a=/a'] })).toThrow(
      '--lora-modules is for --engine vllm: the onnx engine has no LoRA adapters',
    );
  });
});

describe('adapters at run time', () => {
  it('are for one API server', () => {
    const env = { VLLM_ALLOW_RUNTIME_LORA_UPDATING: '1' };
    expect(loadConfig({ argv: ['m'], env }).config.routes.allowRuntimeLoraUpdating).toBe(true);
    expect(() => loadConfig({ argv: ['m', '--api-server-count', '2'], env })).toThrow(
      'VLLM_ALLOW_RUNTIME_LORA_UPDATING cannot be used with api_server_count > 1',
    );
  });
});
