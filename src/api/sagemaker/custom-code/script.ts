import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { loadModule } from '@server/config/index';
import type { ModuleExports, SagemakerConfig } from '@server/config/index';

const DEFAULT_NAMES = ['model.mjs', 'model.js'];

/** The custom code among the model artifacts; undefined when there is none and none was named. Throws `ConfigurationError`. */
export async function loadScript({ modelPath, scriptFilename }: SagemakerConfig): Promise<ModuleExports | undefined> {
  if (scriptFilename?.endsWith('.py')) {
    throw new ConfigurationError(
      `CUSTOM_SCRIPT_FILENAME: "${scriptFilename}" is Python, which cannot run here; write an ES module (model.mjs)`,
    );
  }
  const name = scriptFilename ?? DEFAULT_NAMES.find((candidate) => existsSync(join(modelPath, candidate)));
  return name === undefined
    ? undefined
    : loadModule(`./${name}`, { source: 'CUSTOM_SCRIPT_FILENAME', folder: modelPath });
}
