import { mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** `from '…'`, `import '…'` and `import('…')` of a relative path or one of our libs. */
const OUR_IMPORT = /(\bfrom\s+|\bimport\s*\(?\s*)'((?:\.|@app\/)[^']+)'/g;
const root = join(import.meta.dirname, '../../../..');

/**
 * Compiles a source file and all of ours that it imports into a directory of its own, which the caller removes; so a test of a process runs
 * what the sources say now, without a build. `entry` and the result's layout are relative to the repository.
 */
export async function compileSources(entry: string): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'aerie-sources-')));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  const files = new Set([entry]);
  // A set yields what is added to it while it is walked.
  for (const file of files) {
    for (const imported of await compileFile(file, directory)) {
      files.add(imported);
    }
  }
  return directory;
}

/** Returns the files of ours that the file imports. */
async function compileFile(file: string, directory: string): Promise<string[]> {
  const { outputText } = ts.transpileModule(await readFile(join(root, file), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, useDefineForClassFields: false },
  });
  const imported: string[] = [];
  const code = outputText.replace(OUR_IMPORT, (_, keyword: string, specifier: string) => {
    const target = specifier.startsWith('@app/')
      ? `libs/${specifier.slice('@app/'.length)}/src/index.ts`
      : join(dirname(file), specifier).replace(/\.js$/, '.ts');
    imported.push(target);
    return `${keyword}'./${relative(dirname(file), target).replace(/\.ts$/, '.js')}'`;
  });
  const output = join(directory, file.replace(/\.ts$/, '.js'));
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, code);
  return imported;
}
