import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const modelFile = /^(?:model|decoder_model_merged)(?:_([a-z0-9_]+))?\.onnx$/;

/** Best first for a CPU: fewer bytes of weights per token is faster; half precision has no fast kernels there. */
const variants = ['q4', 'int4', 'bnb4', 'q4f16', 'int8', 'q8', 'quantized', 'uint8', '', 'fp32', 'fp16'];

/** ONNX decoder graphs of a model's folder, relative to it, best first; at equal rank `model.onnx` before `onnx/model.onnx`. */
export async function findOnnxFiles(directory: string): Promise<string[]> {
  const folders = await Promise.all(
    ['', 'onnx'].map(async (folder) => ({ folder, files: await readdir(join(directory, folder)).catch(() => []) })),
  );
  return folders
    .flatMap(({ folder, files }) =>
      files.sort().flatMap((file) => {
        const match = modelFile.exec(file);
        return match ? [{ path: folder ? `${folder}/${file}` : file, rank: rankOf(match[1] ?? '') }] : [];
      }),
    )
    .sort((a, b) => a.rank - b.rank)
    .map(({ path }) => path);
}

function rankOf(variant: string): number {
  const rank = variants.indexOf(variant);
  return rank < 0 ? variants.length : rank;
}
