import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@app/errors';

/** Exports of an ES module by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

export interface ModuleSource {
  /** The option that names the module. */
  readonly source: string;
  /** Where relative paths and packages are looked for; default: the current folder. */
  readonly folder?: string | undefined;
}

/**
 * Imports code of the operator's: a file (`file:` URL, path, or name with the ending of one), or a package as the folder has it, else as this server has it.
 * Throws `ConfigurationError`, in one line.
 */
export async function loadModule(
  name: string,
  { source, folder = process.cwd() }: ModuleSource,
): Promise<ModuleExports> {
  try {
    return (await import(urlOf(name, folder))) as ModuleExports;
  } catch (error) {
    // Node adds lines of where from.
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new ConfigurationError(`${source}: cannot load the ES module "${name}": ${reason}`, { cause: error });
  }
}

function urlOf(name: string, folder: string): string {
  if (name.startsWith('file:')) return name;
  const isFile = isAbsolute(name) || /^\.{1,2}\//.test(name) || /\.[cm]?js$/.test(name);
  if (isFile) return pathToFileURL(resolve(folder, name)).href;
  try {
    return pathToFileURL(createRequire(join(resolve(folder), 'package.json')).resolve(name)).href;
  } catch {
    return name;
  }
}
