import { Dealer, Push, XSubscriber } from 'zeromq';
import { ConfigurationError } from '@app/errors';
import { zmqContext } from './zmq-context.js';

/** ZMQ_ROUTING_ID; the named option takes text, and two arbitrary bytes are not valid UTF-8. */
const ROUTING_ID = 5;

/** A request carries its prompt as token ids; whatever is larger than this is not one. The peer is disconnected. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface DealerOptions {
  readonly identity: Buffer;
  /** Time that unsent messages get after the socket is closed. */
  readonly lingerMs: number;
  /** `receive` rejects with EAGAIN after it; without it, it waits. */
  readonly receiveTimeoutMs?: number | undefined;
}

/** The engine's side of a ROUTER. Throws `ConfigurationError` for an address that cannot be one. */
export function connectDealer(address: string, { identity, lingerMs, receiveTimeoutMs }: DealerOptions): Dealer {
  const dealer = new Dealer({
    context: zmqContext,
    linger: lingerMs,
    sendHighWaterMark: 0,
    receiveHighWaterMark: 0,
    maxMessageSize: MAX_MESSAGE_BYTES,
    ipv6: address.includes('['),
    ...(receiveTimeoutMs === undefined ? {} : { receiveTimeout: receiveTimeoutMs }),
  });
  (dealer as unknown as RawOptions).setStringOption(ROUTING_ID, identity);
  return connected(dealer, address);
}

/** The engine's side of a PULL; its queue has no limit (engine protocol §1). */
export function connectPush(address: string, lingerMs: number): Push {
  const push = new Push({
    context: zmqContext,
    linger: lingerMs,
    sendHighWaterMark: 0,
    ipv6: address.includes('['),
  });
  return connected(push, address);
}

/** The engine's side of the coordinator's XPUB; hears nothing before it has subscribed. */
export function connectSubscriber(address: string, identity: Buffer): XSubscriber {
  const subscriber = new XSubscriber({
    context: zmqContext,
    linger: 0,
    receiveHighWaterMark: 0,
    maxMessageSize: MAX_MESSAGE_BYTES,
    ipv6: address.includes('['),
  });
  (subscriber as unknown as RawOptions).setStringOption(ROUTING_ID, identity);
  return connected(subscriber, address);
}

interface RawOptions {
  setStringOption(option: number, value: Buffer): void;
}

function connected<S extends Dealer | Push | XSubscriber>(socket: S, address: string): S {
  try {
    socket.connect(address);
    return socket;
  } catch (error) {
    socket.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`cannot connect to ${address}: ${reason}`, { cause: error });
  }
}
