import { saveTensor, torchFiles, zip } from '@testing/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ITEM_SIZES } from './dtypes.js';
import { readTorchFile } from './read-torch-file.js';
import type { Tensor } from './read-torch-file.js';
import { TorchFileError } from './torch-file.error.js';

const limits = { maxBytes: 1 << 20 };
const named = <T extends { readonly name: string }>(cases: readonly T[]) =>
  cases.map((entry) => [entry.name, entry] as const);

describe('readTorchFile', () => {
  it.each(named(torchFiles.tensors))('reads what torch saved: %s', async (_, { bytes, dtype, shape }) => {
    expect(await readTorchFile(bytes, limits)).toMatchObject({ dtype, shape });
  });

  it.each(named(torchFiles.others))('finds no tensor in %s', async (_, { bytes }) => {
    expect(await readTorchFile(bytes, limits)).toBeUndefined();
  });

  it.each(named(torchFiles.refused))('refuses %s', async (name, { bytes }) => {
    const refusal = readTorchFile(bytes, limits);
    await expect(refusal).rejects.toBeInstanceOf(TorchFileError);
    await expect(refusal).rejects.toThrow(REASONS[name] ?? 'it is no file of torch.save');
  });

  it.each<[string, Parameters<typeof saveTensor>[0], string]>([
    ['more elements than there are', { ...matrix(), shape: [3, 2] }, 'reaches beyond its storage'],
    ['an offset behind its elements', { ...matrix(), offset: 1 }, 'reaches beyond its storage'],
    ['a negative offset', { ...matrix(), offset: -1 }, 'malformed'],
    ['a negative size', { ...matrix(), shape: [-2, -2] }, 'malformed'],
    ['a negative stride', { ...matrix(), strides: [2, -1] }, 'malformed'],
    ['rows that are the same', { ...matrix(), shape: [1 << 30, 2], strides: [0, 1] }, 'let elements overlap'],
    ['rows that overlap', { ...matrix(), strides: [1, 1] }, 'let elements overlap'],
    ['fewer strides than dimensions', { ...matrix(), strides: [1] }, 'another number of strides'],
    ['a size beyond any memory', { ...matrix(), shape: [2 ** 40, 2 ** 40] }, 'reaches beyond its storage'],
    ['a storage that promises more than it has', { ...matrix(), count: 2 ** 40 }, 'more than 1048576'],
    ['a storage that has less than its pickle says', { ...matrix(), count: 8 }, 'another size than its pickle says'],
    [
      'a storage that unpacks to a thousand times its size',
      { dtype: 'float32', shape: [128, 512], values: Array<number>(65_536).fill(0), deflate: true },
      'unpacks to more than 8 times its size',
    ],
  ])('refuses a tensor with %s', async (_, tensor, reason) => {
    await expect(readTorchFile(saveTensor(tensor), limits)).rejects.toThrow(reason);
  });

  it('refuses a storage above the limit before it unpacks it', async () => {
    const file = saveTensor({ ...matrix(), deflate: true });
    await expect(readTorchFile(file, { maxBytes: 15 })).rejects.toThrow('has 16 bytes, more than 15');
    expect(await readTorchFile(file, { maxBytes: 16 })).toMatchObject({ shape: [2, 2] });
  });

  it('refuses a storage that its directory makes larger than the file', async () => {
    const file = saveTensor({ ...matrix(), shape: [512, 2], count: 1024 });
    const entry = file.lastIndexOf('archive/data/0') - 46;
    file.writeUInt32LE(4096, entry + 20);
    file.writeUInt32LE(4096, entry + 24);
    await expect(readTorchFile(file, limits)).rejects.toThrow('a file of the archive is truncated');
  });

  it('refuses an old file that ends before its storage does, or has another one', async () => {
    const { bytes } = torchFiles.tensors.find(({ name }) => name === 'legacy format') ?? { bytes: Buffer.alloc(0) };
    const reason = 'it is truncated, or has more than the storage of the tensor';
    await expect(readTorchFile(bytes.subarray(0, -1), limits)).rejects.toThrow(reason);
    const key = /X(.)\0\0\0/gs.exec(bytes.subarray(bytes.indexOf('cpu') + 3).toString('latin1'));
    const other = Buffer.from(bytes);
    other[bytes.indexOf('cpu') + 3 + (key?.index ?? 0) + 5] ^= 1;
    await expect(readTorchFile(other, limits)).rejects.toThrow(reason);
  });

  it('refuses what a big-endian machine wrote', async () => {
    const pickle = Buffer.from('\x80\x02N.', 'latin1');
    const file = zip({ 'a/data.pkl': pickle, 'a/byteorder': Buffer.from('big') });
    await expect(readTorchFile(file, limits)).rejects.toThrow('big-endian');
  });

  it.each(['(', '(t', '}', 'K\x01\x85', ')q\x01h\x01', ']q\x00h\x00a', '(c\n\n'])(
    'is soon done with a pickle of %j over and over',
    async (opcodes) => {
      const pickle = Buffer.from(`\x80\x02${opcodes.repeat(Math.floor(65_000 / opcodes.length))}.`, 'latin1');
      const started = performance.now();
      await readTorchFile(zip({ 'a/data.pkl': pickle }), limits).catch((error: unknown) =>
        expect(error).toBeInstanceOf(TorchFileError),
      );
      expect(performance.now() - started).toBeLessThan(200);
    },
  );

  it('throws nothing but TorchFileError for damaged files', async () => {
    const files = [...torchFiles.tensors, ...torchFiles.others, ...torchFiles.refused].filter(
      ({ bytes }) => bytes.length > 0,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        fc.option(fc.nat()),
        async ({ bytes: whole }, damage, cut) => {
          const bytes = Buffer.from(cut === null ? whole : whole.subarray(0, cut % whole.length));
          for (const [at, value] of damage) {
            if (bytes.length > 0) bytes[at % bytes.length] = value;
          }
          const tensor = await readTorchFile(bytes, limits).catch((error: unknown) => {
            expect(error).toBeInstanceOf(TorchFileError);
            return undefined;
          });
          if (tensor) expect(endOf(tensor)).toBeLessThanOrEqual(tensor.bytes.length);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** What the reason of a refusal names. */
const REASONS: Readonly<Record<string, string>> = {
  sparse: 'torch._utils._rebuild_sparse_tensor, which is no part of a dense tensor',
  'sparse rows': 'torch._utils._rebuild_sparse_tensor',
  nested: 'torch._utils._rebuild_nested_tensor',
  quantised: 'torch._utils._rebuild_qtensor',
  expanded: 'let elements overlap',
  conjugated: 'conjugated',
  float8: 'torch.float8_e4m3fn',
  'a call of os.system': 'posix.system',
  'pickle protocol 4': 'opcode 0x95',
};

/** Behind the last byte that belongs to an element. */
function endOf({ dtype, shape, strides, offset }: Tensor): number {
  if (shape.includes(0)) return 0;
  const last = shape.reduce((sum, size, index) => sum + (size - 1) * strides[index], offset);
  return (last + 1) * (ITEM_SIZES.get(dtype) ?? NaN);
}

function matrix() {
  return { dtype: 'float32', shape: [2, 2], values: [1, 2, 3, 4] } as const;
}
