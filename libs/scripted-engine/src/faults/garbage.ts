import type { GarbageForm } from './fault.js';

const HUGE_BYTES = 8 * 1024 * 1024;

/** A message that no engine would send; one frame. */
export function garbage(form: GarbageForm): Buffer[] {
  switch (form) {
    case 'undecodable':
      // 0xc1 is the one byte that MessagePack never uses.
      return [Buffer.concat([Buffer.from([0x98, 0xc1]), Buffer.from('GET / HTTP/1.1')])];
    case 'wrong-types':
      // ["a", [[1, "b"]], "c"]: an array, and nothing in it what its place is for.
      return [Buffer.from('93a1619192 01a162 a163'.replaceAll(' ', ''), 'hex')];
    case 'huge':
      // An array that claims 4294967295 elements, and megabytes of them that are zero.
      return [Buffer.concat([Buffer.from('ddffffffff', 'hex'), Buffer.alloc(HUGE_BYTES)])];
  }
}
