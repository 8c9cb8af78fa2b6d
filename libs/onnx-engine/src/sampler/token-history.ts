/** The tokens of one request as the sampler needs them: in order, and counted. */
export class TokenHistory {
  /** Prompt and output, in order. */
  readonly tokenIds: number[];
  readonly promptLength: number;
  private readonly counts = new Map<number, number>();
  private promptSet: Set<number> | undefined;

  constructor(promptTokenIds: readonly number[]) {
    this.tokenIds = [...promptTokenIds];
    this.promptLength = promptTokenIds.length;
  }

  get outputLength(): number {
    return this.tokenIds.length - this.promptLength;
  }

  /** How often each output token occurred. */
  get outputCounts(): ReadonlyMap<number, number> {
    return this.counts;
  }

  /** The distinct prompt tokens; built when first asked for. */
  get promptTokens(): ReadonlySet<number> {
    this.promptSet ??= new Set(this.tokenIds.slice(0, this.promptLength));
    return this.promptSet;
  }

  push(tokenId: number): void {
    this.tokenIds.push(tokenId);
    this.counts.set(tokenId, (this.counts.get(tokenId) ?? 0) + 1);
  }

  /** Whether the output so far ends with these tokens; the prompt does not count. */
  outputEndsWith(tokens: readonly number[], length = tokens.length): boolean {
    if (length > this.outputLength) {
      return false;
    }
    const start = this.tokenIds.length - length;
    for (let index = 0; index < length; index += 1) {
      if (this.tokenIds[start + index] !== tokens[index]) {
        return false;
      }
    }
    return true;
  }
}
