import type { UtilityOutput } from '../engine-output.js';
import { isReleaseFrom } from '../layout/release-order.js';
import { MalformedMessageError } from '../malformed-message.error.js';

/** Call id of what engine cores say unasked while a deployment grows or shrinks (engine protocol §10). */
export const ELASTIC_NOTIFICATION_CALL_ID = -1;

const NOTIFICATION_TYPES = [
  'RECONFIGURE_FINISHED',
  'SHUTDOWN_COMPLETE',
  // Until 0.26; the old engines wait for both from all new ones.
  'NEW_CORE_ENGINES_INIT_READY',
  'NEW_CORE_ENGINES_WEIGHTS_INIT_READY',
] as const;

export interface ElasticNotification {
  readonly type: (typeof NOTIFICATION_TYPES)[number];
  /** Who says it. */
  readonly rank: number;
}

/** As an engine core says it: `[type, rank]` as the result of a call that nobody made. */
export function elasticNotificationOutput({ type, rank }: ElasticNotification): UtilityOutput {
  return { callId: ELASTIC_NOTIFICATION_CALL_ID, result: [type, rank] };
}

/** The notification in an answer; undefined when it is an answer to a call, or says what this port does not know. */
export function toElasticNotification({ callId, result }: UtilityOutput): ElasticNotification | undefined {
  if (callId !== ELASTIC_NOTIFICATION_CALL_ID || !Array.isArray(result)) return undefined;
  const [name, rank] = result as unknown[];
  const type = NOTIFICATION_TYPES.find((known) => known === name);
  return type === undefined || !isRank(rank) ? undefined : { type, rank };
}

/** ReconfigureDistributedRequest: how an engine core is to find its peers in a deployment of another size. */
export interface Reconfiguration {
  readonly dataParallelSize: number;
  /** `keep` for engines that stay, `shut-down` for those that leave. */
  readonly rank: number | 'keep' | 'shut-down';
  readonly localRank: number | 'keep' | 'shut-down';
  readonly masterIp: string;
  readonly masterPort: number;
  readonly masterPortList: readonly number[];
  readonly meeting: StoreMeeting | PortMeeting;
}

/** From 0.19: at a TCP store on the master's host. */
export interface StoreMeeting {
  readonly storePort: number;
}

/** Until 0.18: at ports agreed on beforehand, a few for each group of workers. */
export interface PortMeeting {
  readonly worldPorts: PortLists;
  readonly dataParallelPorts: PortLists;
  readonly expertParallelPorts: PortLists;
  readonly expertLoadBalancingPorts: PortLists;
}

type PortLists = readonly (readonly number[])[];

const KEEP = -1;
const SHUT_DOWN = -2;

/** The argument of `reinitialize_distributed`. Throws RangeError when the release of the engines meets in the other way. */
export function reconfigurationArgument(
  reconfiguration: Reconfiguration,
  release: string,
): Readonly<Record<string, unknown>> {
  const { dataParallelSize, rank, localRank, masterIp, masterPort, masterPortList, meeting } = reconfiguration;
  if (isReleaseFrom('0.19', release) !== 'storePort' in meeting) {
    throw new RangeError(`engines of ${release} do not meet like that`);
  }
  return {
    new_data_parallel_size: dataParallelSize,
    new_data_parallel_rank: rankNumber(rank),
    new_data_parallel_rank_local: rankNumber(localRank),
    new_data_parallel_master_ip: masterIp,
    new_data_parallel_master_port: masterPort,
    new_data_parallel_master_port_list: masterPortList,
    ...('storePort' in meeting
      ? { coord_store_port: meeting.storePort }
      : {
          new_stateless_world_group_port_list: meeting.worldPorts,
          new_stateless_dp_group_port_list: meeting.dataParallelPorts,
          new_stateless_ep_group_port_list: meeting.expertParallelPorts,
          new_stateless_eplb_group_port_list: meeting.expertLoadBalancingPorts,
        }),
  };
}

/** Reads the argument as an engine core does. Throws MalformedMessageError. */
export function toReconfiguration(argument: unknown): Reconfiguration {
  const fields = new ArgumentFields(argument);
  return {
    dataParallelSize: fields.int('new_data_parallel_size'),
    rank: rankName(fields.int('new_data_parallel_rank')),
    localRank: rankName(fields.int('new_data_parallel_rank_local')),
    masterIp: fields.string('new_data_parallel_master_ip'),
    masterPort: fields.int('new_data_parallel_master_port'),
    masterPortList: fields.ints('new_data_parallel_master_port_list'),
    meeting: fields.has('coord_store_port')
      ? { storePort: fields.int('coord_store_port') }
      : {
          worldPorts: fields.intLists('new_stateless_world_group_port_list'),
          dataParallelPorts: fields.intLists('new_stateless_dp_group_port_list'),
          expertParallelPorts: fields.intLists('new_stateless_ep_group_port_list'),
          expertLoadBalancingPorts: fields.intLists('new_stateless_eplb_group_port_list'),
        },
  };
}

class ArgumentFields {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(argument: unknown) {
    if (typeof argument !== 'object' || argument === null) throw new MalformedMessageError('the argument is not a map');
    this.fields = argument as Readonly<Record<string, unknown>>;
  }

  has(name: string): boolean {
    return name in this.fields;
  }

  int(name: string): number {
    return this.read(name, isInt);
  }

  string(name: string): string {
    return this.read(name, (value) => typeof value === 'string');
  }

  ints(name: string): readonly number[] {
    return this.read(name, isInts);
  }

  intLists(name: string): PortLists {
    return this.read(name, (value): value is PortLists => Array.isArray(value) && value.every(isInts));
  }

  private read<T>(name: string, isWanted: (value: unknown) => value is T): T {
    const value = this.fields[name];
    if (!isWanted(value)) throw new MalformedMessageError(`${name} is missing or of the wrong type`);
    return value;
  }
}

function isInt(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isInts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isInt);
}

function isRank(value: unknown): value is number {
  return isInt(value) && value >= 0;
}

function rankNumber(rank: Reconfiguration['rank']): number {
  if (rank === 'keep') return KEEP;
  return rank === 'shut-down' ? SHUT_DOWN : rank;
}

function rankName(rank: number): Reconfiguration['rank'] {
  if (rank === KEEP) return 'keep';
  return rank === SHUT_DOWN ? 'shut-down' : rank;
}
