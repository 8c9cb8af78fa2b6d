import { serveEngineCore } from '@app/engine-server';
import type { EngineServer } from '@app/engine-server';
import { createLogger } from '@app/logging';
import { describeModel } from '@app/model-repository';
import { createOnnxEngineCore } from '@app/onnx-engine';
import { loadOnnxRuntime } from '@app/onnx-runtime';
import type { EngineCoreOptions } from './engine-core.options.js';
import { toConstraintSettings } from './to-constraint-settings.js';

/** Loads the model and puts it on the wire. `say` gets one line for each stage. Throws with one clear line when that is not possible. */
export async function startEngineCore(options: EngineCoreOptions, say: (line: string) => void): Promise<EngineServer> {
  const { rank, headless, handshake } = options;
  const started = performance.now();
  say(`reading the model ${options.model}`);
  const model = await describeModel(options.model);
  const { runtime, fallbackReason } = await loadOnnxRuntime();
  if (fallbackReason !== undefined) {
    say(`ONNX Runtime's C API is not usable here (${fallbackReason}); runs copy their outputs`);
  }
  const constraints = await toConstraintSettings(model, options);
  const core = await createOnnxEngineCore({ ...options, model, runtime, constraints, onProgress: say });
  say('joining the front end');
  const logger = createLogger();
  try {
    const server = await serveEngineCore(core, {
      handshakeAddress: handshake,
      rank,
      local: !headless,
      headless,
      logger,
    });
    say(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return server;
  } catch (error) {
    await core.close();
    throw error;
  }
}
