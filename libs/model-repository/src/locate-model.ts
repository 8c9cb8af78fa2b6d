import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '@app/errors';

/** Where the models that ship with the project lie, relative to the package root. */
const shippedModels = 'apps/demo-model';
const bareName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** The package's folder: the nearest one above this file with a package.json, from sources and from `dist/` alike. */
export function findPackageRoot(start = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) {
      return folder;
    }
    if (dirname(folder) === folder) {
      throw new ConfigurationError(`no package.json above "${start}"`);
    }
  }
}

/**
 * Absolute folder of a model: a path to a folder, or the name of a shipped model. An existing folder wins over a name.
 * Throws `ConfigurationError` when it is neither.
 */
export async function locateModel(nameOrPath: string, packageRoot = findPackageRoot()): Promise<string> {
  const folder = resolve(nameOrPath);
  if (nameOrPath !== '' && (await isFolder(folder))) {
    return folder;
  }
  const shipped = join(packageRoot, shippedModels, nameOrPath);
  if (bareName.test(nameOrPath) && existsSync(join(shipped, 'config.json'))) {
    return shipped;
  }
  const names = await listShippedModels(packageRoot);
  throw new ConfigurationError(
    `model "${nameOrPath}" is neither a folder nor a model that ships with the server (${names.join(', ') || 'none'})`,
  );
}

/** Names of the models that ship with the project. */
export async function listShippedModels(packageRoot = findPackageRoot()): Promise<string[]> {
  const entries = await readdir(join(packageRoot, shippedModels), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(packageRoot, shippedModels, entry.name, 'config.json')))
    .map((entry) => entry.name)
    .sort();
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
