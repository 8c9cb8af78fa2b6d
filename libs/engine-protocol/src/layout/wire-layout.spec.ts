import { ConfigurationError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import { layoutForRegistration } from './layout-for-registration.js';
import { KNOWN_RELEASES } from './release-layouts.js';
import { CURRENT_RELEASE, layoutForRelease, withMinimalRequest } from './wire-layout.js';

function sizes(version: string): readonly number[] {
  const { structs } = layoutForRelease(version);
  return [
    structs.EngineCoreRequest.length,
    structs.EngineCoreOutput.length,
    structs.EngineCoreOutputs.length,
    structs.EngineCoreReadyResponse.length,
    structs.LoRARequest.length,
  ];
}

describe('layoutForRelease', () => {
  it.each([
    ['0.17.0', [17, 14, 8, 0, 6]],
    ['0.19.1', [17, 14, 8, 0, 6]],
    ['0.20.0', [17, 13, 8, 3, 6]],
    ['0.20.1', [18, 13, 8, 3, 6]],
    ['0.21.0', [20, 13, 8, 3, 6]],
    ['0.22.1', [20, 13, 8, 4, 7]],
    ['0.23.0', [20, 13, 8, 6, 7]],
    ['0.25.1', [20, 13, 8, 10, 7]],
    ['0.26.0', [20, 14, 8, 10, 7]],
    ['0.27.1', [20, 14, 8, 18, 7]],
    ['0.28.0', [21, 16, 8, 21, 7]],
    ['0.30.0', [21, 17, 8, 24, 7]],
    ['0.31.0', [22, 18, 8, 25, 7]],
    ['0.32.0', [22, 18, 9, 25, 6]],
    [CURRENT_RELEASE, [22, 19, 9, 28, 6]],
  ])(
    '%s has requests, outputs, messages, registrations and LoRA requests of the sizes in §6.2',
    (version, expected) => {
      expect(sizes(version)).toEqual(expected);
    },
  );

  it.each([
    ['0.32.1.dev3+g1a2b3c', '0.32.0'],
    ['v0.33.0rc1', '0.33.0'],
    ['0.20.5', '0.20.2'],
    ['0.33', '0.33.0'],
    ['0.99.0', '0.33.0'],
    ['1.0.0', '0.33.0'],
  ])('takes %s for %s', (version, release) => {
    expect(layoutForRelease(version).release).toBe(release);
  });

  it.each(['0.16.2', 'dev', '', '0', '99999999.1.1'])('refuses %j', (version) => {
    expect(() => layoutForRelease(version)).toThrow(ConfigurationError);
  });

  it('cuts requests to the nine elements that never moved', () => {
    for (const release of KNOWN_RELEASES) {
      expect(withMinimalRequest(layoutForRelease(release)).structs.EngineCoreRequest).toEqual([
        ...['request_id', 'prompt_token_ids', 'mm_features', 'sampling_params', 'pooling_params', 'arrival_time'],
        ...['lora_request', 'cache_salt', 'data_parallel_rank'],
      ]);
    }
  });
});

describe('layoutForRegistration', () => {
  function payload(fields: Readonly<Record<string, unknown>>): Buffer {
    const writer = new MsgpackWriter();
    writer.any(fields);
    return writer.take();
  }
  const fieldsOf = (release: string, values: Readonly<Record<string, unknown>> = {}) => ({
    ...Object.fromEntries(layoutForRelease(release).structs.EngineCoreReadyResponse.map((key) => [key, null])),
    ...values,
  });

  it.each<[string, Buffer, { release: string; exact: boolean; request: number }]>([
    [
      'a version',
      payload(fieldsOf('0.33.0', { vllm_version: '0.32.1.dev3' })),
      { release: '0.32.0', exact: true, request: 22 },
    ],
    ['0.22 by its four keys', payload(fieldsOf('0.22.0')), { release: '0.22.1', exact: true, request: 20 }],
    ['0.27 by its keys', payload(fieldsOf('0.27.0')), { release: '0.27.1', exact: true, request: 20 }],
    ['the three keys of 0.20.0 to 0.21', payload(fieldsOf('0.20.0')), { release: '0.21.0', exact: false, request: 9 }],
    ['nothing, as 0.17 to 0.19 send', Buffer.alloc(0), { release: '0.19.1', exact: false, request: 9 }],
    [
      'keys of no release',
      payload({ ...fieldsOf('0.28.0'), novelty: 1 }),
      { release: '0.28.0', exact: false, request: 9 },
    ],
    [
      'a version that is none',
      payload(fieldsOf('0.23.0', { vllm_version: 'dev' })),
      { release: '0.23.0', exact: true, request: 20 },
    ],
  ])('finds the layout by %s', (_, bytes, expected) => {
    const { layout, exact } = layoutForRegistration(bytes);
    expect({ release: layout.release, exact, request: layout.structs.EngineCoreRequest.length }).toEqual(expected);
  });

  it.each<[string, Buffer, string, string]>([
    ['nothing', Buffer.alloc(0), '0.18.0', '0.18.0'],
    ['three keys', payload(fieldsOf('0.20.0')), 'v0.20.1', '0.20.1'],
    ['keys of no release', payload({ ...fieldsOf('0.28.0'), novelty: 1 }), '0.29.0', '0.29.0'],
    ['a version', payload(fieldsOf('0.33.0', { vllm_version: '0.32.0' })), '0.20.0', '0.32.0'],
  ])('asks the operator about an engine that registers with %s', (_, bytes, release, expected) => {
    const { layout, exact } = layoutForRegistration(bytes, { release });
    expect({ layout, exact }).toEqual({ layout: layoutForRelease(expected), exact: true });
  });

  it('does not take the operator at a word that cannot be', () => {
    expect(() => layoutForRegistration(payload(fieldsOf('0.20.0')), { release: '0.19.0' })).toThrow(
      'an engine core does not register as vLLM 0.19.0 does, but as 0.20.0, 0.20.1, 0.20.2, 0.21.0',
    );
  });

  it('prefers a manifest to what the engine says', () => {
    const layout = { ...layoutForRelease('0.30.0'), requestDefaults: { novelty: 0 } };
    expect(layoutForRegistration(payload(fieldsOf('0.32.0', { vllm_version: '0.32.0' })), { layout })).toMatchObject({
      layout,
      exact: true,
      registration: { vllmVersion: '0.32.0' },
    });
  });

  it('refuses a release that is too old instead of guessing', () => {
    expect(() => layoutForRegistration(payload({ vllm_version: '0.16.0' }))).toThrow(ConfigurationError);
  });
});
