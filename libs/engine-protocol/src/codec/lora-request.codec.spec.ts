import { describe, expect, it } from 'vitest';
import { layoutForRelease } from '../layout/wire-layout.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { checkLora } from '../rules/release-features.js';
import { fromLoraElements, toLoraElements } from './lora-request.codec.js';

const lora = { name: 'ad', id: 1, path: '/adapters/ad-lora' };

describe('LoRARequest', () => {
  it('is written byte by byte as vLLM 0.32 does', () => {
    const writer = new MsgpackWriter();
    writer.any(toLoraElements(lora, layoutForRelease('0.32.0')));
    // Engine protocol §14.11.
    expect(writer.take().toString('hex')).toBe('96a2616401b12f61646170746572732f61642d6c6f7261c0c2c2');
  });

  it.each([
    ['0.17.0', ['ad', 1, '/adapters/ad-lora', 'base', null, true]],
    ['0.22.0', ['ad', 1, '/adapters/ad-lora', 'base', null, true, false]],
    ['0.33.0', ['ad', 1, '/adapters/ad-lora', 'base', true, false]],
  ])('has the places of %s', (release, elements) => {
    const layout = layoutForRelease(release);
    const given = { ...lora, baseModelName: 'base', loadInplace: true };
    expect(toLoraElements(given, layout)).toEqual(elements);
    expect(fromLoraElements(elements, layout)).toEqual({ ...given, is3dWeight: false });
  });

  it.each([
    ['no array', 'ad', 'expected an array'],
    ['no name', ['', 1, '/a'], 'lora_name must be a string'],
    ['no id', ['a', 0, '/a'], 'lora_int_id must be at least 1'],
    ['no path', ['a', 1], 'lora_path must be a string'],
    ['a base that is no name', ['a', 1, '/a', 1], 'base_model_name must be a string'],
    ['the layout of 0.31', ['a', 1, '/a', null, null, false, false], 'load_inplace must be a boolean'],
  ])('is refused with %s', (_, elements, message) => {
    expect(() => fromLoraElements(elements, layoutForRelease('0.33.0'))).toThrow(message);
  });

  it('is not loaded by a release that would not heed all of it', () => {
    const old = layoutForRelease('0.21.0');
    expect(() => checkLora({ ...lora, loadInplace: true }, old)).not.toThrow();
    expect(() => checkLora({ ...lora, is3dWeight: true }, old)).toThrow('The engine takes no is_3d_lora_weight');
  });
});
