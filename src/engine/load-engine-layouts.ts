import { readFileSync } from 'node:fs';
import { layoutFromManifest } from '@app/engine-protocol';
import type { WireLayout } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';

/** The layout in a file of `aerie layouts`. Throws `ConfigurationError`, in one line that names the flag, when it cannot be read or used. */
export function loadEngineLayouts(file: string): WireLayout {
  try {
    return layoutFromManifest(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ConfigurationError(`--engine-layouts ${file}: ${(error as Error).message}`, { cause: error });
  }
}
