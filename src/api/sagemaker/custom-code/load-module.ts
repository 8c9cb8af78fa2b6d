import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '@app/errors';

/** Exports of an ES module by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Imports a file (a path, or a name with the ending of one, which lies in the folder) or a package that is installed there. `source`: the option that names it.
 * Throws `ConfigurationError`.
 */
export async function loadModule(name: string, folder: string, source: string): Promise<ModuleExports> {
  try {
    return (await import(urlOf(name, folder))) as ModuleExports;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${source}: cannot load the ES module "${name}": ${reason}`, { cause: error });
  }
}

function urlOf(name: string, folder: string): string {
  const isFile = isAbsolute(name) || /^\.{1,2}\//.test(name) || /\.[cm]?js$/.test(name);
  const path = isFile ? resolve(folder, name) : createRequire(join(resolve(folder), 'package.json')).resolve(name);
  return pathToFileURL(path).href;
}
