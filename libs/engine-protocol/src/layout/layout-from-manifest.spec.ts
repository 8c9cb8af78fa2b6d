import { readFileSync } from 'node:fs';
import { ConfigurationError } from '@app/errors';
import { anyEngineOutputs, anyEngineRequest } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WireCodec } from '../codec/wire-codec.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { layoutFromManifest } from './layout-from-manifest.js';
import type { LayoutManifest, ManifestStruct } from './layout-from-manifest.js';
import { CURRENT_RELEASE, layoutForRelease } from './wire-layout.js';

/** What `aerie layouts` printed for an installed vLLM 0.32.0. */
const real = JSON.parse(
  readFileSync(new URL('../../fixtures/manifest-0.32.json', import.meta.url), 'utf8'),
) as LayoutManifest;

function withStruct(name: string, change: Partial<ManifestStruct>): LayoutManifest {
  return { ...real, structs: { ...real.structs, [name]: { ...real.structs[name], ...change } } };
}

/** The same with `fields` put into a structure before its last element, and their defaults. */
function withFields(name: string, fields: readonly string[], defaults: Readonly<Record<string, unknown>> = {}) {
  const struct = real.structs[name];
  const middle = struct.fields.length >> 1;
  return withStruct(name, {
    fields: [...struct.fields.slice(0, middle), ...fields, ...struct.fields.slice(middle)],
    defaults: { ...struct.defaults, ...defaults },
  });
}

const { structs: known, release } = layoutForRelease('0.32.0');

describe('layoutFromManifest', () => {
  it('takes a real 0.32.0 for what the table says of 0.32.0', () => {
    // A class that nothing on the wire uses before 0.33.
    const structs = { ...known, RequestError: ['code', 'message', 'retryable'] };
    expect(layoutFromManifest(real)).toEqual({ structs, release, requestDefaults: {} });
  });

  it.each([
    ['0.32.1.dev3+g1a2b3c', '0.32.0'],
    ['0.99.0', CURRENT_RELEASE],
    ['0.1.dev1+g0123456', CURRENT_RELEASE],
    ['dev', CURRENT_RELEASE],
  ])('takes the rules of version %s from %s', (vllm_version, expected) => {
    expect(layoutFromManifest({ ...real, vllm_version }).release).toBe(expected);
  });

  it('writes unknown fields of a request as their defaults, wherever they stand', () => {
    const layout = layoutFromManifest(
      withFields('EngineCoreRequest', ['novel_flag', 'novelty'], { novel_flag: false, novelty: null }),
    );
    const codec = new WireCodec(layout);
    const at = layout.structs.EngineCoreRequest.indexOf('novel_flag');
    fc.assert(
      fc.property(anyEngineRequest, (request) => {
        const frames = codec.encodeRequest(request);
        const elements = new MsgpackReader(frames[0]).readAny() as unknown[];
        expect([at, elements.length, elements[at], elements[at + 1]]).toEqual([11, 24, false, null]);
        expect(codec.decodeRequest(frames)).toEqual(
          new WireCodec(layoutForRelease('0.32.0')).decodeRequest(
            new WireCodec(layoutForRelease('0.32.0')).encodeRequest(request),
          ),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('never sends an unknown key of a map, and reads past unknown elements of outputs', () => {
    const unknown = ['SamplingParams', 'StructuredOutputsParams', 'EngineCoreOutput', 'EngineCoreOutputs'];
    const manifest = unknown.reduce<LayoutManifest>(
      (all, name) => ({ ...all, structs: { ...all.structs, [name]: withFields(name, ['novelty']).structs[name] } }),
      real,
    );
    const codec = new WireCodec(layoutFromManifest(manifest));
    const plain = new WireCodec(layoutForRelease('0.32.0'));
    fc.assert(
      fc.property(anyEngineRequest, anyEngineOutputs, (request, outputs) => {
        // The header alone may differ: it is sized by the fields that the class declares.
        expect(new MsgpackReader(codec.encodeRequest(request)[0]).readAny()).toEqual(
          new MsgpackReader(plain.encodeRequest(request)[0]).readAny(),
        );
        expect(codec.decodeOutputs(codec.encodeOutputs(outputs))).toEqual(
          plain.decodeOutputs(plain.encodeOutputs(outputs)),
        );
      }),
      { numRuns: 20 },
    );
  });

  it.each<[string, unknown]>([
    ['the layout manifest is not a JSON object', [real]],
    ['"vllm_version" is missing', { structs: real.structs }],
    ['"structs" is not a JSON object', { vllm_version: '0.32.0' }],
    ['SamplingParams is missing', { ...real, structs: { ...real.structs, SamplingParams: undefined } }],
    ['LoRARequest is not a JSON object', { ...real, structs: { ...real.structs, LoRARequest: 7 } }],
    [
      'EngineCoreRequest has no field "cache_salt"',
      withStruct('EngineCoreRequest', {
        fields: real.structs['EngineCoreRequest'].fields.filter((field) => field !== 'cache_salt'),
      }),
    ],
    [
      'EngineCoreRequest has the field "must", which is unknown and has no default',
      withFields('EngineCoreRequest', ['must']),
    ],
    ['EngineCoreRequest is sent as map, here it is known as array', withStruct('EngineCoreRequest', { form: 'map' })],
    ['the form of LoRARequest is neither "array" nor "map"', withStruct('LoRARequest', { form: 'tree' as 'map' })],
    ['the fields of LoRARequest are not a list of names', withStruct('LoRARequest', { fields: [1] as never })],
    ['LoRARequest has the same field twice', withFields('LoRARequest', ['lora_name'])],
    ['the defaults of LoRARequest is not a JSON object', withStruct('LoRARequest', { defaults: 1 as never })],
  ])('says: %s', (reason, manifest) => {
    const attempt = () => layoutFromManifest(manifest);
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow(`not a layout manifest this server can use: ${reason}`);
  });
});
