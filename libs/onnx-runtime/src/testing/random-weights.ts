/** A seeded source of normal numbers (mulberry32 and Box-Muller): the same on every machine. */
export class RandomWeights {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** `length` numbers of mean 0 and the given deviation. */
  normal(length: number, deviation: number): Float32Array {
    return Float32Array.from({ length }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      return deviation * radius * Math.cos(2 * Math.PI * this.uniform());
    });
  }

  /** In [0, 1). */
  private uniform(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}
