import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import type * as XGrammar from '@mlc-ai/web-xgrammar';

export type XGrammarModule = typeof XGrammar;

type CompilableModule = Module & { _compile(source: string, filename: string): void };

/**
 * XGrammar in WebAssembly. The package is a UMD file in a folder that is marked as ESM: neither `import` nor `require` takes it, so that it is compiled here as
 * what it is. Where the module aborts (a broken grammar, no memory), a call throws `RuntimeError`, and nothing of the instance can be used any more.
 */
export function loadXGrammar(): XGrammarModule {
  const require = createRequire(import.meta.url);
  const file = require.resolve('@mlc-ai/web-xgrammar');
  const module = new Module(file) as CompilableModule;
  module.filename = file;
  module._compile(readFileSync(file, 'utf8'), file);
  return module.exports as XGrammarModule;
}

/** The part of `WebAssembly` that is used here; the types of Node 20 do not have it. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Bounds the memory of every WebAssembly instance of this thread. */
export function limitWasmMemory(maxBytes: number): void {
  const { Memory } = Reflect.get(globalThis, 'WebAssembly') as { readonly Memory: { readonly prototype: WasmMemory } };
  const grow: (this: WasmMemory, pages: number) => number = Reflect.get(Memory.prototype, 'grow');
  Memory.prototype.grow = function (this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * WASM_PAGE_BYTES > maxBytes) {
      throw new RangeError(`the grammar needs more than ${Math.round(maxBytes / 2 ** 20)} MiB of memory`);
    }
    return grow.call(this, pages);
  };
}

const WASM_PAGE_BYTES = 65_536;
