import type { DecoderModel } from '../decoder/decoder-model.js';
import type { Generation } from './generation.js';

export interface SlotTableOptions {
  readonly maxSlots: number;
  /** Keep the caches of ended sequences, for prompts that start alike. */
  readonly prefixCaching: boolean;
}

interface SlotContent {
  /** Whose tokens are cached here: the first `computedTokens` of its `tokenIds`. */
  readonly generation: Generation;
  ended: boolean;
  /** Order in which sequences ended. */
  endedAt: number;
  /** False once the cache was cleared: nothing computed before that is shared after it. */
  shareable: boolean;
}

/**
 * Who is in which slot of the cache. Decoding sequences are packed at 0…n-1; one sequence at a time is prefilled, somewhere behind them; the
 * other slots are free and may hold the caches of ended sequences. A prompt that starts like a sequence in any slot takes over its rows.
 */
export class SlotTable {
  /** Sequences that decode; the index is the slot. */
  readonly decoding: Generation[] = [];
  private readonly contents: (SlotContent | undefined)[];
  private prefilling: { readonly generation: Generation; readonly slot: number } | undefined;
  private endings = 0;

  constructor(
    private readonly decoder: DecoderModel,
    private readonly options: SlotTableOptions,
  ) {
    this.contents = Array.from({ length: options.maxSlots }, () => undefined);
  }

  get prefill(): { readonly generation: Generation; readonly slot: number } | undefined {
    return this.prefilling;
  }

  get active(): readonly Generation[] {
    return this.prefilling === undefined ? this.decoding : [...this.decoding, this.prefilling.generation];
  }

  get hasRoom(): boolean {
    return this.prefilling === undefined && this.decoding.length < this.options.maxSlots;
  }

  /** Gives a sequence the slot in which it will be prefilled; needs `hasRoom`. Returns how many of its tokens are there already. */
  admit(generation: Generation): number {
    const donor = this.findDonor(generation);
    const slot = this.chooseSlot(donor);
    if (donor !== undefined && donor.slot !== slot) {
      this.decoder.copySlot(donor.slot, slot, donor.length);
    }
    this.contents[slot] = { generation, ended: false, endedAt: 0, shareable: true };
    this.prefilling = { generation, slot };
    return donor?.length ?? 0;
  }

  /** The prefilled sequence joins the decoding ones. */
  promote(): void {
    if (this.prefilling !== undefined) {
      const { generation, slot } = this.prefilling;
      this.prefilling = undefined;
      this.swap(slot, this.decoding.length);
      this.decoding.push(generation);
    }
  }

  /** Takes a sequence out; the last decoding one fills the gap. Unknown ones are ignored. */
  end(generation: Generation): void {
    const slot = this.contents.findIndex((content) => content?.generation === generation && !content.ended);
    const content = this.contents[slot];
    if (content === undefined) {
      return;
    }
    content.ended = true;
    this.endings += 1;
    content.endedAt = this.endings;
    if (!this.options.prefixCaching || !content.shareable || generation.computedTokens < CACHE_BLOCK) {
      this.contents[slot] = undefined;
    }
    if (this.prefilling?.generation === generation) {
      this.prefilling = undefined;
      return;
    }
    const last = this.decoding.length - 1;
    this.swap(slot, last);
    this.decoding[slot] = this.decoding[last];
    this.decoding.pop();
  }

  /** Forgets the ended sequences, and shares nothing of the active ones. */
  clearCache(): void {
    this.contents.forEach((content, slot) => {
      if (content?.ended === true) {
        this.contents[slot] = undefined;
      } else if (content !== undefined) {
        content.shareable = false;
      }
    });
  }

  /** The slot that shares the longest beginning with a prompt, in whole blocks; at least the prompt's last token is left to compute. */
  private findDonor(generation: Generation): { readonly slot: number; readonly length: number } | undefined {
    const { request, promptLength } = generation;
    if (!this.options.prefixCaching || request.sampling.skipReadingPrefixCache || generation.wantsPromptLogprobs) {
      return undefined;
    }
    let best: { slot: number; length: number } | undefined;
    this.contents.forEach((content, slot) => {
      if (!content?.shareable || content.generation.request.cacheSalt !== request.cacheSalt) {
        return;
      }
      const most = Math.min(promptLength - 1, content.generation.computedTokens);
      const length = toWholeBlocks(commonPrefixLength(content.generation.tokenIds, request.promptTokenIds, most));
      if (length > (best?.length ?? 0)) {
        best = { slot, length };
      }
    });
    return best;
  }

  /**
   * The donor's own slot when the prompt goes on where the donor ended; else an empty slot with memory; else a new one, while there are few;
   * else the slot whose sequence ended first, sparing the donor.
   */
  private chooseSlot(donor: { readonly slot: number; readonly length: number } | undefined): number {
    const donorContent = donor && this.contents[donor.slot];
    if (donor && donorContent?.ended && toWholeBlocks(donorContent.generation.computedTokens) === donor.length) {
      return donor.slot;
    }
    const first = this.decoding.length;
    const few = Math.max(this.decoder.allocatedSlots, first + 1, FEW_SLOTS);
    const free = Array.from({ length: Math.min(few, this.options.maxSlots) - first }, (_, index) => first + index);
    const empty = free.find((slot) => this.contents[slot] === undefined);
    if (empty !== undefined) {
      return empty;
    }
    const byAge = free.sort((a, b) => (this.contents[a]?.endedAt ?? 0) - (this.contents[b]?.endedAt ?? 0));
    return byAge.find((slot) => slot !== donor?.slot) ?? first;
  }

  private swap(a: number, b: number): void {
    if (a === b) {
      return;
    }
    const [first, second] = [this.contents[a], this.contents[b]];
    const length = Math.max(first?.generation.computedTokens ?? 0, second?.generation.computedTokens ?? 0);
    if (first !== undefined && second !== undefined) {
      this.decoder.swapSlots(a, b, length);
    } else if (first !== undefined) {
      this.decoder.copySlot(a, b, length);
    } else if (second !== undefined) {
      this.decoder.copySlot(b, a, length);
    }
    this.contents[a] = second;
    this.contents[b] = first;
  }
}

/** Tokens of a cache block, as reported to the front end; prefixes are shared in whole blocks. */
export const CACHE_BLOCK = 16;
/** Slots that are given memory for the sake of caching alone. */
const FEW_SLOTS = 4;

function toWholeBlocks(length: number): number {
  return length - (length % CACHE_BLOCK);
}

function commonPrefixLength(a: readonly number[], b: readonly number[], most: number): number {
  let length = 0;
  while (length < most && a[length] === b[length]) {
    length += 1;
  }
  return length;
}
