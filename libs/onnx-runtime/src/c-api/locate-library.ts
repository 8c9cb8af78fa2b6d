import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';

/** The ONNX Runtime library inside the installed onnxruntime-node package. Throws when this platform has none. */
export function locateLibrary(platform: string = process.platform, arch: string = process.arch): string {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  const folder = join(dirname(packageFile), 'bin', 'napi-v6', platform, arch);
  const file = existsSync(folder) ? readdirSync(folder).find((name) => isLibrary(name)) : undefined;
  if (file === undefined) {
    throw new OnnxRuntimeError(`onnxruntime-node has no library for ${platform}/${arch}`);
  }
  return join(folder, file);
}

function isLibrary(name: string): boolean {
  return name === 'libonnxruntime.so.1' || name === 'libonnxruntime.1.dylib' || name === 'onnxruntime.dll';
}
