import { encodeInit } from '@app/engine-protocol';
import type { EngineInit } from '@app/engine-protocol';
import { HeadRelay } from './head-relay.js';
import type { AcceptedHandshake } from './handshakes.js';

/** What engines are answered when they say HELLO and READY. */
export interface HandshakeAnswers {
  /** INIT for the engine with this index. */
  init(engine: number): Promise<Buffer>;
  ready(accepted: AcceptedHandshake): Promise<void>;
  close(): void;
}

/** The same for every engine: this front end decides everything. */
export function ownAnswers(init: EngineInit): HandshakeAnswers {
  const frame = encodeInit(init);
  return { init: () => Promise.resolve(frame), ready: () => Promise.resolve(), close: () => undefined };
}

export interface RelayedAnswersOptions extends Pick<EngineInit, 'inputs' | 'outputs'> {
  /** Handshake address of the front end of rank 0. */
  readonly head: string;
  /** Global rank of engine 0. */
  readonly startRank: number;
}

/** Our own data sockets; all else is what the front end of rank 0 answers, which hears of every engine. */
export function relayedAnswers({ head, startRank, inputs, outputs }: RelayedAnswersOptions): HandshakeAnswers {
  const relays = new Map<number, HeadRelay>();
  return {
    init: async (engine) => {
      const relay = new HeadRelay(head, startRank + engine);
      relays.set(engine, relay);
      return encodeInit({ ...(await relay.hello()), inputs, outputs });
    },
    ready: async ({ engine, message }) => relays.get(engine)?.ready(message),
    close: () => relays.forEach((relay) => relay.close()),
  };
}
