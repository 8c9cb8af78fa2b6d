/** Everything that is stored together: rendezvous addresses and flags are small, and anyone who can connect can store. */
const MAX_STORED_BYTES = 1 << 26;

interface Wait {
  readonly missing: Set<string>;
  readonly done: () => void;
}

/** Values by key, and those who wait for keys to appear. */
export class WaitableValues {
  private readonly values = new Map<string, Buffer>();
  private readonly waits = new Set<Wait>();
  private storedBytes = 0;

  get size(): number {
    return this.values.size;
  }

  get(key: string): Buffer | undefined {
    return this.values.get(key);
  }

  /** Throws RangeError when the store is full. */
  set(key: string, value: Buffer): void {
    const bytes = this.storedBytes + this.cost(key, value) - this.cost(key, this.values.get(key));
    if (bytes > MAX_STORED_BYTES) {
      throw new RangeError('the store is full');
    }
    this.storedBytes = bytes;
    this.values.set(key, value);
    for (const wait of this.waits) {
      if (wait.missing.delete(key) && wait.missing.size === 0) {
        this.waits.delete(wait);
        wait.done();
      }
    }
  }

  /** Whether there was such a key. */
  delete(key: string): boolean {
    this.storedBytes -= this.cost(key, this.values.get(key));
    return this.values.delete(key);
  }

  has(keys: readonly string[]): boolean {
    return keys.every((key) => this.values.has(key));
  }

  /** Calls `done` once every key has been there, now or later; not any more after the returned function is called. */
  wait(keys: readonly string[], done: () => void): () => void {
    const wait = { missing: new Set(keys.filter((key) => !this.values.has(key))), done };
    if (wait.missing.size === 0) {
      done();
      return () => undefined;
    }
    this.waits.add(wait);
    return () => void this.waits.delete(wait);
  }

  private cost(key: string, value: Buffer | undefined): number {
    return value === undefined ? 0 : key.length + value.length;
  }
}
