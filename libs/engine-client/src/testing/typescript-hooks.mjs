/** Module hooks of `typescript-loader.mjs`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const libs = new URL('../../../', import.meta.url);

export function resolve(specifier, context, next) {
  const lib = /^@app\/([a-z-]+)$/.exec(specifier)?.[1];
  if (lib !== undefined) {
    return { url: new URL(`${lib}/src/index.ts`, libs).href, shortCircuit: true };
  }
  const fromTypeScript = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
  return next(fromTypeScript ? specifier.replace(/\.js$/, '.ts') : specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) {
    return next(url, context);
  }
  const source = await readFile(fileURLToPath(url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, useDefineForClassFields: false },
  });
  return { format: 'module', source: outputText, shortCircuit: true };
}
