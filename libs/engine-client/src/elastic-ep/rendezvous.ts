import type { Reconfiguration } from '@app/engine-protocol';
import { TcpStore } from '../tcp-store/tcp-store.js';
import { freePorts } from '../transport/free-ports.js';

/** As many as vLLM sets aside: one for the master, the others in reserve. */
const PORTS = 5;

/** Where the engine cores of a deployment that changes its size meet. */
export interface Rendezvous {
  readonly place: Pick<Reconfiguration, 'masterIp' | 'masterPort' | 'masterPortList' | 'meeting'>;
  /** Resolves when engines have set all these keys. */
  wait(keys: readonly string[]): Promise<void>;
  close(): void;
}

/**
 * A TCP store and free ports on `host`, which must be the host of rank 0's engine core (that is where vLLM has its front end, too) under an
 * address that all engines can reach. Throws `ConfigurationError` for a host that is not ours.
 */
export async function openRendezvous(host: string): Promise<Rendezvous> {
  const store = await TcpStore.listen(host);
  const [masterPort, ...masterPortList] = await freePorts(host, PORTS);
  return {
    place: { masterIp: host, masterPort, masterPortList, meeting: { storePort: store.port } },
    wait: (keys) => store.wait(keys),
    close: () => store.close(),
  };
}
