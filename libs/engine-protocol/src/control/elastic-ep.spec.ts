import { describe, expect, it } from 'vitest';
import { WireCodec } from '../codec/wire-codec.js';
import { layoutForRelease } from '../layout/wire-layout.js';
import { MalformedMessageError } from '../malformed-message.error.js';
import { decodeUtilityCall, encodeUtilityCall } from './control-messages.js';
import {
  elasticNotificationOutput,
  reconfigurationArgument,
  toElasticNotification,
  toReconfiguration,
} from './elastic-ep.js';
import type { Reconfiguration } from './elastic-ep.js';

describe('elastic notifications', () => {
  /** Engine protocol §14.10. */
  const bytes = Buffer.from(
    '990190c0cb40934a000000000093ffc092c092b45245434f4e4649475552455f46494e495348454401c0c0c0c0',
    'hex',
  );
  const codec = new WireCodec(layoutForRelease('0.32.0'));
  const finished = { type: 'RECONFIGURE_FINISHED', rank: 1 } as const;

  it('are read and written byte by byte', () => {
    const output = codec.decodeOutputs([bytes]).utilityOutput!;
    expect(toElasticNotification(output)).toEqual(finished);
    const utilityOutput = elasticNotificationOutput(finished);
    expect(codec.encodeOutputs({ engineIndex: 1, outputs: [], timestamp: 1234.5, utilityOutput })).toEqual([bytes]);
  });

  it.each([
    ['an answer', { callId: 1, result: ['RECONFIGURE_FINISHED', 1] }],
    ['a status of fault tolerance', { callId: -2, result: { id: 1, status: 'healthy' } }],
    ['an unknown type', { callId: -1, result: ['SOMETHING_NEW', 1] }],
    ['no rank', { callId: -1, result: ['SHUTDOWN_COMPLETE'] }],
    ['a negative rank', { callId: -1, result: ['SHUTDOWN_COMPLETE', -1] }],
    ['no list', { callId: -1, result: 'SHUTDOWN_COMPLETE' }],
    ['nothing', { callId: -1 }],
  ])('are told from %s', (_, output) => {
    expect(toElasticNotification(output)).toBeUndefined();
  });
});

describe('reconfiguration', () => {
  const reconfiguration: Reconfiguration = {
    dataParallelSize: 4,
    rank: 'keep',
    localRank: 'keep',
    masterIp: '10.0.0.1',
    masterPort: 5001,
    masterPortList: [5002, 5003],
    meeting: { storePort: 6000 },
  };
  const lists = [[7001, 7002, 7003]];
  const older: Reconfiguration = {
    ...reconfiguration,
    rank: 'shut-down',
    meeting: {
      worldPorts: lists,
      dataParallelPorts: [...lists, ...lists],
      expertParallelPorts: [],
      expertLoadBalancingPorts: lists,
    },
  };

  it('names the keys of the release, in its order', () => {
    expect(Object.entries(reconfigurationArgument(reconfiguration, '0.19.0'))).toEqual([
      ['new_data_parallel_size', 4],
      ['new_data_parallel_rank', -1],
      ['new_data_parallel_rank_local', -1],
      ['new_data_parallel_master_ip', '10.0.0.1'],
      ['new_data_parallel_master_port', 5001],
      ['new_data_parallel_master_port_list', [5002, 5003]],
      ['coord_store_port', 6000],
    ]);
    expect(Object.entries(reconfigurationArgument(older, '0.18.1')).slice(1)).toEqual([
      ['new_data_parallel_rank', -2],
      ['new_data_parallel_rank_local', -1],
      ['new_data_parallel_master_ip', '10.0.0.1'],
      ['new_data_parallel_master_port', 5001],
      ['new_data_parallel_master_port_list', [5002, 5003]],
      ['new_stateless_world_group_port_list', lists],
      ['new_stateless_dp_group_port_list', [...lists, ...lists]],
      ['new_stateless_ep_group_port_list', []],
      ['new_stateless_eplb_group_port_list', lists],
    ]);
  });

  it('refuses the meeting place of other releases', () => {
    expect(() => reconfigurationArgument(older, '0.19.0')).toThrow(RangeError);
    expect(() => reconfigurationArgument(reconfiguration, '0.18.1')).toThrow(RangeError);
  });

  it.each([
    ['0.32.0', reconfiguration],
    ['0.32.0', { ...reconfiguration, rank: 3, localRank: 1 }],
    ['0.18.1', older],
  ])('survives a utility call, %s', (release, sent) => {
    const call = { clientIndex: 0, callId: 1, method: 'reinitialize_distributed' };
    const payload = encodeUtilityCall({ ...call, args: [reconfigurationArgument(sent, release)] });
    expect(toReconfiguration(decodeUtilityCall(payload).args[0])).toEqual(sent);
  });

  it.each([
    ['null', null],
    ['an empty map', {}],
    ['a port that is no number', { ...reconfigurationArgument(reconfiguration, '0.32.0'), coord_store_port: '1' }],
    [
      'a list that is none',
      { ...reconfigurationArgument(reconfiguration, '0.32.0'), new_data_parallel_master_port_list: [null] },
    ],
  ])('refuses %s', (_, argument) => {
    expect(() => toReconfiguration(argument)).toThrow(MalformedMessageError);
  });
});
