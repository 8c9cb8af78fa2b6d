import { createHash } from 'node:crypto';
import type { EngineRequest, PrefixCacheStats } from '@app/engine-protocol';

const UNREPORTED: PrefixCacheStats = { reset: false, requests: 0, queries: 0, hits: 0 };

/** Which prompt prefixes a real engine would hold: whole blocks, each known by everything before it. */
export class PrefixBlocks {
  /** Least recently used first. */
  private readonly blocks = new Set<string>();
  private unreported = UNREPORTED;

  constructor(
    private readonly blockSize: number,
    private readonly capacity: number,
  ) {}

  /** Tokens of the prompt that are there; the whole prompt is from here on. One token at least is left to compute. */
  take({ promptTokenIds, cacheSalt = '' }: EngineRequest): number {
    const { blockSize, blocks } = this;
    let key = cacheSalt;
    let hits = 0;
    let missed = false;
    for (let end = blockSize; end <= promptTokenIds.length; end += blockSize) {
      const block = promptTokenIds.slice(end - blockSize, end);
      key = createHash('sha1').update(`${key}:${block.join()}`).digest('base64');
      missed ||= !blocks.delete(key);
      if (!missed && end < promptTokenIds.length) hits = end;
      blocks.add(key);
    }
    for (const oldest of blocks) {
      if (blocks.size <= this.capacity) break;
      blocks.delete(oldest);
    }
    const { requests, queries, hits: before, reset } = this.unreported;
    this.unreported = { reset, requests: requests + 1, queries: queries + promptTokenIds.length, hits: before + hits };
    return hits;
  }

  clear(): void {
    this.blocks.clear();
    this.unreported = { ...UNREPORTED, reset: true };
  }

  /** What happened since the last call. */
  takeStats(): PrefixCacheStats {
    const stats = this.unreported;
    this.unreported = UNREPORTED;
    return stats;
  }
}
