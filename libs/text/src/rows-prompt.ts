import { InvalidRequestError } from '@app/errors';
import type { PromptEmbeds } from '@app/engine-protocol';
import { copyRows, FLOAT_FORMATS } from '@app/tensor';
import type { Matrix } from '@app/tensor';
import type { RowsFacts } from './load-rows.js';

/** Part of a prompt, from `from` on, `to` left out. */
export interface PromptRange {
  readonly from: number;
  readonly to: number;
}

/** A matrix and the position of its first row. */
interface PlacedMatrix {
  readonly matrix: Matrix;
  readonly at: number;
}

/** A prompt of rows, or of tokens and rows, that is laid out but not cast yet: how long it is decides whether it will be. */
export class RowsPrompt {
  private constructor(
    /** One per position; where a row is, the id that stood for it, or 0 without any. */
    readonly tokenIds: readonly number[],
    private readonly matrices: readonly PlacedMatrix[],
    private readonly hasTokens: boolean,
  ) {}

  static of(matrix: Matrix): RowsPrompt {
    const ids = Array<number>(matrix.shape[0]).fill(0);
    return new RowsPrompt(ids, [{ matrix, at: 0 }], false);
  }

  /** Every `placeholderId` gives way to the rows of the next matrix, which keep its id. */
  static splice(
    tokenIds: readonly number[],
    placeholderId: number | undefined,
    matrices: readonly Matrix[],
  ): RowsPrompt {
    const ids: number[] = [];
    const placed: PlacedMatrix[] = [];
    for (const id of tokenIds) {
      const matrix = id === placeholderId ? matrices[placed.length] : undefined;
      if (!matrix) {
        ids.push(id);
        continue;
      }
      placed.push({ matrix, at: ids.length });
      for (let row = 0; row < matrix.shape[0]; row++) {
        ids.push(id);
      }
    }
    return new RowsPrompt(ids, placed, true);
  }

  slice({ from, to }: PromptRange): RowsPrompt {
    return new RowsPrompt(
      this.tokenIds.slice(from, to),
      this.matrices.map(({ matrix, at }) => ({ matrix, at: at - from })),
      this.hasTokens,
    );
  }

  /** Casts the rows to the model's dtype. Rejects with `InvalidRequestError` when they are too many or a value is not finite in it. */
  async cast({ dtype, hiddenSize, maxBytes }: RowsFacts): Promise<PromptEmbeds> {
    const { length } = this.tokenIds;
    const rowBytes = hiddenSize * FLOAT_FORMATS[dtype].itemSize;
    if (length * rowBytes > maxBytes) {
      throw new InvalidRequestError(
        `The prompt takes ${length * rowBytes} bytes of embeddings, a row for each of its ${length} tokens; at most ${maxBytes} are allowed.`,
        { param: 'prompt_embeds' },
      );
    }
    const bytes = Buffer.alloc(length * rowBytes);
    const isTokenId = this.hasTokens ? Array<boolean>(length).fill(true) : undefined;
    for (const { matrix, at } of this.matrices) {
      const from = Math.max(0, -at);
      const to = Math.max(from, Math.min(matrix.shape[0], length - at));
      isTokenId?.fill(false, at + from, at + to);
      const target = bytes.subarray((at + from) * rowBytes, (at + to) * rowBytes);
      if (!(await copyRows(matrix, { from, to, dtype, target }))) {
        throw new InvalidRequestError(
          `\`prompt_embeds\` holds a value that is not finite in the model's dtype torch.${dtype}.`,
          { param: 'prompt_embeds' },
        );
      }
    }
    return { dtype, hiddenSize, bytes, isTokenId };
  }
}
