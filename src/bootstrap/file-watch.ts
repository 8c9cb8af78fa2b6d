import { createHash } from 'node:crypto';
import { findSmallFile } from '@server/config/index';

/** How often the files are looked at. */
const INTERVAL_MS = 1_000;

/**
 * Tells when files hold something else than before. Made before the files are first read, it misses nothing that changes from then on.
 * It compares what they hold: a file that is written in place, a renamed one and a swapped link to a folder (Kubernetes' `..data`) are the same
 * then, and two changes within one tick of the file system's clock are two.
 */
export class FileWatch {
  private seen: string;
  private looks: NodeJS.Timeout | undefined;

  constructor(private readonly paths: readonly string[]) {
    this.seen = this.digest();
  }

  /** Calls `changed` after every change, until `stop`. */
  follow(changed: () => void): void {
    this.looks = setInterval(() => {
      const digest = this.digest();
      if (digest === this.seen) return;
      this.seen = digest;
      changed();
    }, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.looks);
  }

  /** Of what all files hold; one that cannot be read differs from an empty one. */
  private digest(): string {
    const texts = this.paths.map((path) => findSmallFile(path) ?? null);
    return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  }
}
