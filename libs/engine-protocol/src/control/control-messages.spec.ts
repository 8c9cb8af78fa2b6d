import { capturedMessage, capturedMessages } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineCoreInfo } from '../engine.js';
import { CURRENT_RELEASE, layoutForRelease } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';
import {
  decodeAbort,
  decodeUtilityCall,
  encodeAbort,
  encodeUtilityCall,
  engineIdentity,
  isDeathSentinel,
} from './control-messages.js';
import { decodeHandshake, decodeInit, encodeHandshake, encodeInit } from './handshake.js';
import { decodeRegistration, encodeRegistration } from './registration.js';

describe('handshake', () => {
  it('writes HELLO, READY and INIT byte by byte as vLLM does', () => {
    const messages = capturedMessages().filter(({ socket }) => socket === 'handshake');
    expect(messages.length).toBe(6);
    for (const { name, frames } of messages) {
      const [payload] = frames;
      const again = name.startsWith('INIT')
        ? encodeInit(decodeInit(payload))
        : encodeHandshake(decodeHandshake(payload));
      expect(again, name).toEqual(payload);
    }
  });

  it('reads the addresses and the configuration of INIT', () => {
    expect(decodeInit(capturedMessage('INIT, MoE DP 2').frames[0])).toEqual({
      inputs: ['tcp://127.0.0.1:35935'],
      outputs: ['tcp://127.0.0.1:42473'],
      coordinatorInput: 'tcp://127.0.0.1:36459',
      coordinatorOutput: 'tcp://127.0.0.1:45079',
      frontendStatsPublishAddress: 'ipc:///run/9ba4a20c-4fb2-46b6-abf7-252d7cfe5891',
      parallelConfig: {
        data_parallel_master_ip: '127.0.0.1',
        data_parallel_master_port: 42135,
        _data_parallel_master_port_list: [41537, 34017, 42631, 34737],
        _coord_store_port: 0,
        data_parallel_size: 2,
      },
    });
  });

  it('reads the READY of 0.19, which carries the block count', () => {
    const ready = {
      status: 'READY',
      local: true,
      headless: false,
      numGpuBlocks: 7,
      dpStatsAddress: undefined,
    } as const;
    expect(decodeHandshake(encodeHandshake(ready))).toEqual(ready);
  });

  it('wraps the INIT of an engine that joins an elastic deployment, with what READY told', () => {
    const elasticLimits = { numRedundantExperts: 2, maxDataParallelSize: 8 };
    const ready = { status: 'READY', local: false, headless: true, elasticLimits } as const;
    expect(decodeHandshake(encodeHandshake(ready))).toMatchObject(ready);
    const init = { inputs: ['a'], outputs: ['b'], parallelConfig: { data_parallel_size: 2 }, elasticLimits };
    expect(decodeInit(encodeInit(init))).toMatchObject(init);
    const reader = new MsgpackReader(encodeInit(init));
    expect(Object.keys(reader.readRecord())).toEqual([
      'engine_metadata',
      'num_redundant_experts',
      'elastic_ep_max_dp_size',
    ]);
  });

  it.each([
    ['no status', { local: true, headless: true }],
    ['a status of its own', { status: 'GO', local: true, headless: true }],
    ['a number for a flag', { status: 'HELLO', local: 1, headless: true }],
  ])('refuses a handshake with %s', (_, fields) => {
    const writer = new MsgpackWriter();
    writer.any(fields);
    expect(() => decodeHandshake(writer.take())).toThrow(MalformedMessageError);
  });

  it.each([
    ['no address', [], []],
    ['more inputs than outputs', ['ipc://a', 'ipc://b'], ['ipc://c']],
  ])('refuses an INIT with %s', (_, inputs, outputs) => {
    expect(() => decodeInit(encodeInit({ inputs, outputs, parallelConfig: {} }))).toThrow(MalformedMessageError);
  });
});

describe('registration', () => {
  const info: EngineCoreInfo = {
    maxModelLen: 2048,
    numGpuBlocks: 32_768,
    blockSize: 128,
    dtype: 'bfloat16',
    worldSize: 1,
    dataParallelSize: 1,
    kvCacheSizeTokens: 4_194_304,
    kvCacheMaxConcurrency: 2048,
    maxNumSeqs: 128,
    supportsLora: false,
    maxNumBatchedTokens: 2048,
  };

  it('is read as the engine sent it', () => {
    const { keys, ...registration } = decodeRegistration(capturedMessage('registration').frames[0]);
    expect(keys).toEqual(layoutForRelease('0.32.0').structs.EngineCoreReadyResponse);
    expect(registration).toEqual({
      ...info,
      vllmVersion: '0.32.0',
      dataParallelRank: 0,
      dpStatsAddress: undefined,
      instanceId: '1795359818729917463',
      supportsLora: true,
      maxLoras: 1,
      sleepModeEnabled: false,
      effectiveAttentionBlockSize: 128,
      mambaBlockSize: undefined,
    });
  });

  it('is written byte by byte as an engine of the release would, rank 1 of two', () => {
    const payload = encodeRegistration(
      { ...info, dataParallelSize: 2 },
      {
        layout: layoutForRelease('0.32.0'),
        rank: 1,
        instanceId: '1795362602112110664',
        dpStatsAddress: 'ipc:///run/9ba4a20c-4fb2-46b6-abf7-252d7cfe5891',
      },
    );
    expect(payload).toEqual(capturedMessage('registration, MoE DP 2, rank 1').frames[0]);
  });

  it('names the release whose layouts the engine imitates', () => {
    const options = { layout: layoutForRelease(CURRENT_RELEASE), rank: 0, instanceId: 'i' };
    expect(decodeRegistration(encodeRegistration(info, options)).vllmVersion).toBe(CURRENT_RELEASE);
  });

  it('is empty before 0.20', () => {
    const options = { layout: layoutForRelease('0.19.0'), rank: 0, instanceId: 'i' };
    expect([encodeRegistration(info, options), decodeRegistration(Buffer.alloc(0))]).toEqual([
      Buffer.alloc(0),
      { keys: [] },
    ]);
  });
});

describe('ABORT and UTILITY', () => {
  it('are written byte by byte as Python writes them', () => {
    const messages = capturedMessages().filter(({ name }) => /^(ABORT|UTILITY)/.test(name));
    expect(messages.length).toBe(16);
    for (const { name, frames } of messages) {
      const payload = frames[1];
      const again = name.startsWith('ABORT')
        ? encodeAbort(decodeAbort(payload)!)
        : encodeUtilityCall(decodeUtilityCall(payload));
      expect(again, name).toEqual(payload);
    }
  });

  it('keeps every digit of a 64-bit call id', () => {
    expect(decodeUtilityCall(capturedMessage('UTILITY is_sleeping').frames[1])).toEqual({
      clientIndex: 0,
      callId: 6044506482543038961n,
      method: 'is_sleeping',
      args: [],
    });
  });

  it('reads a null ABORT as "all requests"', () => {
    expect(decodeAbort(Buffer.from('c0', 'hex'))).toBeUndefined();
  });

  it.each<[string, string, (payload: Buffer) => unknown]>([
    ['an ABORT with a number', '9101', decodeAbort],
    ['a call of three elements', '930000a161', decodeUtilityCall],
    ['a call of five elements', '950000a16190c0', decodeUtilityCall],
    ['a call with a map for its arguments', '940000a16180', decodeUtilityCall],
    ['a call with a float id', '9400cb0000000000000000a16190', decodeUtilityCall],
  ])('refuses %s', (_, hex, decode) => {
    expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(MalformedMessageError);
  });

  it('names the call it cannot read', () => {
    expect(() => decodeUtilityCall(Buffer.from('930005a161', 'hex'))).toThrow(
      expect.objectContaining({ message: 'a utility call has 4 elements, not 3', callId: 5 }),
    );
  });

  it('throws nothing but MalformedMessageError, whatever the bytes', () => {
    const decoders = [decodeAbort, decodeUtilityCall, decodeHandshake, decodeInit, decodeRegistration];
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        for (const decode of decoders) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedMessageError);
          }
        }
      }),
    );
  });
});

describe('frames', () => {
  it('knows the sentinel by one frame of exactly these bytes', () => {
    const sentinel = capturedMessage('death sentinel').frames;
    expect([
      isDeathSentinel(sentinel),
      isDeathSentinel([...sentinel, Buffer.alloc(0)]),
      isDeathSentinel([Buffer.alloc(16)]),
    ]).toEqual([true, false, false]);
  });

  it('writes the rank of an engine as two bytes, low byte first', () => {
    expect([engineIdentity(0), engineIdentity(0x0102)]).toEqual([Buffer.from([0, 0]), Buffer.from([2, 1])]);
  });
});
