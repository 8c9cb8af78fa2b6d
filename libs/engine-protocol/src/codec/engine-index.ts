/**
 * The rank of the engine that sent an output message, read from its first bytes alone: messages of all engines arrive on one socket, and each is decoded
 * by the layout of its own. `undefined` for what is no such message (engine protocol §5.3).
 */
export function engineIndexOf(payload: Uint8Array): number | undefined {
  const head = payload[0];
  const at = head === ARRAY_16 ? 3 : 1;
  if (head !== ARRAY_16 && (head <= EMPTY_ARRAY || head > EMPTY_ARRAY + 15)) return undefined;
  const first = payload[at];
  if (first < 0x80) return first;
  if (first === UINT_8 && payload.length > at + 1) return payload[at + 1];
  if (first === UINT_16 && payload.length > at + 2) return (payload[at + 1] << 8) | payload[at + 2];
  return undefined;
}

const EMPTY_ARRAY = 0x90;
const ARRAY_16 = 0xdc;
const UINT_8 = 0xcc;
/** Ranks are two bytes, so larger integers are none. */
const UINT_16 = 0xcd;
