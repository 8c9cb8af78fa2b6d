import { setImmediate } from 'node:timers/promises';
import { InvalidRequestError } from '@app/errors';
import { pythonTuple } from '@app/python-text';
import { decodeBase64, isFloatDtype, readTorchFile, TorchFileError } from '@app/tensor';
import type { FloatDtype, Matrix, Tensor } from '@app/tensor';

/** What rows of embeddings must be like. */
export interface RowsFacts {
  /** Values per row. */
  readonly hiddenSize: number;
  /** The model's dtype. */
  readonly dtype: FloatDtype;
  /** Of one prompt's rows. */
  readonly maxBytes: number;
}

/** Reads files one after the other, each in a turn of the event loop of its own: one takes 0.1 ms, but a request may bring thousands. */
export class RowsLoader {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly facts: RowsFacts) {}

  load(file: string): Promise<Matrix> {
    const loaded = this.last.then(() => setImmediate()).then(() => loadRows(file, this.facts));
    this.last = loaded.catch(() => undefined);
    return loaded;
  }
}

/**
 * The matrix in a base64 text of what `torch.save` wrote, not cast yet. Rejects with `InvalidRequestError` in vLLM's words
 * (completions-and-chat.md §3 no. 3).
 */
async function loadRows(file: string, { hiddenSize, dtype, maxBytes }: RowsFacts): Promise<Matrix> {
  const bytes = await decodeBase64(file);
  if (!bytes) {
    throw refusal('`prompt_embeds` is not valid base64.');
  }
  const saved = await readTorchFile(bytes, { maxBytes }).catch((error: unknown) => {
    if (!(error instanceof TorchFileError)) throw error;
    throw refusal(`\`prompt_embeds\` could not be deserialized as a torch tensor: ${error.message}`, error);
  });
  if (!saved) {
    throw refusal('`prompt_embeds` payload did not deserialize to a torch.Tensor.');
  }
  const tensor = squeeze(saved);
  const { shape } = tensor;
  if (shape.length !== 2) {
    throw refusal(
      `\`prompt_embeds\` must be a 2D tensor of shape (num_tokens, hidden_size); got shape ${pythonTuple(shape)}.`,
    );
  }
  if (shape[1] !== hiddenSize) {
    throw refusal(`\`prompt_embeds\` hidden_size ${shape[1]} does not match the model's hidden_size ${hiddenSize}.`);
  }
  if (!isFloatDtype(tensor.dtype)) {
    throw refusal(
      `\`prompt_embeds\` dtype torch.${tensor.dtype} is not a floating-point type, cannot safely cast to the model's dtype torch.${dtype}.`,
    );
  }
  return tensor as Matrix;
}

/** Without a leading dimension of one, where there are more than two. */
function squeeze(tensor: Tensor): Tensor {
  const { shape, strides } = tensor;
  return shape.length > 2 && shape[0] === 1 ? { ...tensor, shape: shape.slice(1), strides: strides.slice(1) } : tensor;
}

function refusal(message: string, cause?: unknown): InvalidRequestError {
  return new InvalidRequestError(message, { param: 'prompt_embeds', cause });
}
