import { connect } from 'node:net';

/** First byte of a message to a TCP store of torch, and what a connection begins with. */
const VALIDATE = 0;
const SET = 1;
const MAGIC = 0x3c85f7ce;
/** Before every key. */
const KEY_PREFIX = '/';

export interface StoreAddress {
  readonly host: string;
  readonly port: number;
}

/** Sets a key in the TCP store by which a front end hears that an engine is prepared. A store that is not there hears nothing. */
export function setStoreKey({ host, port }: StoreAddress, key: string): void {
  const socket = connect(port, host);
  socket.on('error', () => undefined);
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  const message = [Buffer.of(VALIDATE), magic, Buffer.of(SET), withLength(KEY_PREFIX + key), withLength('1')];
  socket.end(Buffer.concat(message));
}

function withLength(text: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text)]);
}
