import type { EngineInit, Reconfiguration, StoreMeeting } from '@app/engine-protocol';
import { TcpStore } from '../tcp-store/tcp-store.js';
import { freePorts } from '../transport/free-ports.js';

/** As many as vLLM sets aside: one for the master, the others in reserve. */
const PORTS = 5;

/** Where the engine cores of a deployment that changes its size meet. */
export interface Rendezvous {
  readonly place: Pick<Reconfiguration, 'masterIp' | 'masterPort' | 'masterPortList'> & {
    readonly meeting: StoreMeeting;
  };
  /** Resolves when engines have set all these keys. */
  wait(keys: readonly string[]): Promise<void>;
  close(): void;
}

/**
 * A TCP store and free ports on `host`, which must be the host of rank 0's engine core (that is where vLLM has its front end, too) under an
 * address that all engines can reach. Throws `ConfigurationError` for a host that is not ours.
 */
export async function openRendezvous(host: string): Promise<Rendezvous> {
  const masterIp = host.replace(/^\[|\]$/g, '');
  const store = await TcpStore.listen(masterIp);
  const [masterPort, ...masterPortList] = await freePorts(masterIp, PORTS);
  return {
    place: { masterIp, masterPort, masterPortList, meeting: { storePort: store.port } },
    wait: (keys) => store.wait(keys),
    close: () => store.close(),
  };
}

/** What INIT sets on an engine that is to meet there the others of a deployment of `engineCount` (engine protocol §2.2). */
export function toParallelConfig(
  { place }: Pick<Rendezvous, 'place'>,
  engineCount: number,
): EngineInit['parallelConfig'] {
  return {
    data_parallel_master_ip: place.masterIp,
    data_parallel_master_port: place.masterPort,
    _data_parallel_master_port_list: place.masterPortList,
    _coord_store_port: place.meeting.storePort,
    data_parallel_size: engineCount,
  };
}
