import type { Engine } from '@app/engine-protocol';
import type { AerieServer } from './aerie-server.js';
import type { BoundSockets } from './bind-sockets.js';

/** After a start that failed: closes what there is already. */
export async function release(parts: {
  readonly server: AerieServer | undefined;
  readonly engine: Engine | undefined;
  readonly bound: BoundSockets;
}): Promise<void> {
  await (parts.server?.close() ?? parts.engine?.close());
  await parts.bound.close();
}
