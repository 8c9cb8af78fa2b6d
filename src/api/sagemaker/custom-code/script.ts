import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import type { SagemakerConfig } from '@server/config/index';
import { loadModule } from './load-module.js';
import type { ModuleExports } from './load-module.js';

const DEFAULT_NAMES = ['model.mjs', 'model.js'];

/** The custom code among the model artifacts; undefined when there is none and none was named. Throws `ConfigurationError`. */
export async function loadScript({ modelPath, scriptFilename }: SagemakerConfig): Promise<ModuleExports | undefined> {
  if (scriptFilename?.endsWith('.py')) {
    throw new ConfigurationError(
      `CUSTOM_SCRIPT_FILENAME: "${scriptFilename}" is Python, which cannot run here; write an ES module (model.mjs)`,
    );
  }
  const name = scriptFilename ?? DEFAULT_NAMES.find((candidate) => existsSync(join(modelPath, candidate)));
  return name === undefined ? undefined : loadModule(`./${name}`, modelPath, 'CUSTOM_SCRIPT_FILENAME');
}
