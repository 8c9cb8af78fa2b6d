import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const libs = fileURLToPath(new URL('../../../', import.meta.url));
const scripts = ['engine', 'front-end', 'parent'] as const;

/** `engine-client/src/testing/<name>.script.ts` and all it imports, as JavaScript that plain `node` runs, in a directory of its own. */
export class CompiledScripts {
  private constructor(private readonly directory: string) {}

  static async compile(): Promise<CompiledScripts> {
    const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
    await writeFile(join(directory, 'package.json'), '{"type":"module"}');
    await symlink(installedPackages(), join(directory, 'node_modules'));
    const left = scripts.map((name) => `engine-client/src/testing/${name}.script.ts`);
    const seen = new Set(left);
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      for (const imported of await compileFile(file, directory)) {
        if (!seen.has(imported)) {
          seen.add(imported);
          left.push(imported);
        }
      }
    }
    return new CompiledScripts(directory);
  }

  /** Arguments for `node`. */
  path(name: (typeof scripts)[number]): string {
    return join(this.directory, `engine-client/src/testing/${name}.script.js`);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}

/** Writes the JavaScript of one file; returns the files of ours that it imports. Paths are relative to `libs`. */
async function compileFile(file: string, directory: string): Promise<readonly string[]> {
  // Loaded late: most users of this folder need no compiler.
  const { default: ts } = await import('typescript');
  const { outputText } = ts.transpileModule(await readFile(join(libs, file), 'utf8'), {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, useDefineForClassFields: false },
  });
  const imported: string[] = [];
  const code = outputText.replace(
    /( from |^import )'((?:\.|@app\/)[^']*)'/gm,
    (_, keyword: string, specifier: string) => {
      const target = ourFile(specifier, file);
      imported.push(target);
      return `${keyword}'./${relative(dirname(file), target).replace(/ts$/, 'js')}'`;
    },
  );
  const output = join(directory, file.replace(/ts$/, 'js'));
  await mkdir(dirname(output), { recursive: true });
  await writeFile(output, code);
  return imported;
}

function ourFile(specifier: string, importer: string): string {
  const lib = /^@app\/(.+)$/.exec(specifier)?.[1];
  return lib === undefined ? join(dirname(importer), specifier).replace(/js$/, 'ts') : `${lib}/src/index.ts`;
}

function installedPackages(): string {
  const zeromq = createRequire(import.meta.url).resolve('zeromq/package.json');
  return dirname(dirname(zeromq));
}
