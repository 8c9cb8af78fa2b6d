import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export interface SavedTensor {
  readonly name: string;
  readonly bytes: Buffer;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of matrices of floats: the elements row by row in each dtype, as torch casts them; hexadecimal. */
  readonly casts?: Readonly<Record<string, string>> | undefined;
}

export interface SavedValue {
  readonly name: string;
  readonly bytes: Buffer;
}

type Entry<T> = Omit<T, 'bytes'> & { readonly file: string };

const fixture = JSON.parse(readFileSync(new URL('../../fixtures/torch-files.json', import.meta.url), 'utf8')) as {
  readonly tensors: readonly Entry<SavedTensor>[];
  readonly others: readonly Entry<SavedValue>[];
  readonly refused: readonly Entry<SavedValue>[];
};

/** Files that torch 2.15 wrote: tensors, other values, and what is no file of a dense tensor. */
export const torchFiles = {
  tensors: fixture.tensors.map(withBytes),
  others: fixture.others.map(withBytes),
  refused: fixture.refused.map(withBytes),
};

function withBytes<T>({ file, ...entry }: Entry<T>): Omit<Entry<T>, 'file'> & { readonly bytes: Buffer } {
  return { ...entry, bytes: inflateSync(Buffer.from(file, 'base64')) };
}
