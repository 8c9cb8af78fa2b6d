import { randomBytes } from 'node:crypto';

/**
 * The uniform numbers of one request. The i-th number depends on the seed and on i alone, so a request gives the same tokens whatever else
 * runs in its batch. SplitMix64's finaliser as a counter-based generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
 */
export class RandomStream {
  private state: bigint;

  /** Any 64-bit value; wider ones are cut to 64 bits. */
  constructor(seed: bigint) {
    this.state = mix(BigInt.asUintN(64, seed));
  }

  /** [0, 1), 53 random bits. */
  next(): number {
    this.state = BigInt.asUintN(64, this.state + GOLDEN_GAMMA);
    return Number(mix(this.state) >> 11n) / 2 ** 53;
  }
}

/** A seed for a request that names none. */
export function randomSeed(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

function mix(value: bigint): bigint {
  const first = BigInt.asUintN(64, (value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n);
  const second = BigInt.asUintN(64, (first ^ (first >> 27n)) * 0x94d049bb133111ebn);
  return second ^ (second >> 31n);
}
