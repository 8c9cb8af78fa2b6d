import { ConfigurationError } from '@app/errors';
import { loadModule } from '@server/config/index';
import type { ModuleExports, SagemakerConfig } from '@server/config/index';
import { compose } from '@server/http/fetch/fetch-middleware';
import type { FetchMiddleware } from '@server/http/fetch/fetch-middleware';
import { loadScript } from './script.js';
import { toMiddleware } from './to-middleware.js';

/** What the operator's own code does (README.md). */
export interface CustomCode {
  /** Around every request. */
  readonly throttle: FetchMiddleware | undefined;
  /** Around the handlers of a route. */
  readonly around: (method: string, route: string | undefined) => FetchMiddleware | undefined;
}

type FunctionOption = Exclude<
  keyof SagemakerConfig,
  'statefulSessions' | 'sessionsPath' | 'sessionsExpiration' | 'modelPath' | 'scriptFilename'
>;

/** Each function: the variable that names it, and the export of the script that it is when no variable does. */
const FUNCTIONS: Readonly<Record<FunctionOption, readonly [variable: string, exported: string]>> = {
  pingHandler: ['CUSTOM_FASTAPI_PING_HANDLER', 'custom_sagemaker_ping_handler'],
  invocationHandler: ['CUSTOM_FASTAPI_INVOCATION_HANDLER', 'custom_sagemaker_invocation_handler'],
  throttle: ['CUSTOM_FASTAPI_MIDDLEWARE_THROTTLE', 'custom_sagemaker_throttle'],
  prePostProcess: ['CUSTOM_FASTAPI_MIDDLEWARE_PRE_POST_PROCESS', 'custom_sagemaker_pre_post_process'],
  preProcess: ['CUSTOM_PRE_PROCESS', 'custom_sagemaker_pre_process'],
  postProcess: ['CUSTOM_POST_PROCESS', 'custom_sagemaker_post_process'],
};

/** Loads what variables name and what the script exports. Undefined when that is nothing. Throws `ConfigurationError`. */
export async function loadCustomCode(config: SagemakerConfig): Promise<CustomCode | undefined> {
  const script = await loadScript(config);
  const load = <F>(option: FunctionOption) => loadFunction<F>(option, config, script);
  const ping = await load<FetchMiddleware>('pingHandler');
  const invocation = await load<FetchMiddleware>('invocationHandler');
  const throttle = await load<FetchMiddleware>('throttle');
  const prePost = await load<FetchMiddleware>('prePostProcess');
  const processing = prePost ?? toMiddleware(await load('preProcess'), await load('postProcess'));
  if (!ping && !invocation && !throttle && !processing) return undefined;
  const handlers = new Map([
    ['GET /ping', ping],
    ['POST /invocations', invocation],
  ]);
  return { throttle, around: (method, route) => compose([processing, handlers.get(`${method} ${route}`)]) };
}

/** `F`: what the function is taken for; JavaScript cannot tell. */
async function loadFunction<F>(
  option: FunctionOption,
  config: SagemakerConfig,
  script: ModuleExports | undefined,
): Promise<F | undefined> {
  const [variable, exported] = FUNCTIONS[option];
  const spec = config[option];
  if (spec === undefined)
    return script && exported in script ? mustBeFunction<F>(script, exported, exported) : undefined;
  // SageMaker's own form is `module:function`.
  const [, name, wanted] = /^(.+)[#:]([\w$]+)$/.exec(spec) ?? [];
  if (name === undefined) throw new ConfigurationError(`${variable}: expected module#export, got "${spec}"`);
  if (name !== 'model') {
    const module = await loadModule(name, { source: variable, folder: config.modelPath });
    return mustBeFunction<F>(module, wanted, variable);
  }
  if (!script) throw new ConfigurationError(`${variable}: there is no script in ${config.modelPath}`);
  return mustBeFunction<F>(script, wanted, variable);
}

function mustBeFunction<F>(module: ModuleExports, name: string, source: string): F {
  const found = module[name];
  if (typeof found !== 'function') throw new ConfigurationError(`${source}: the module exports no function "${name}"`);
  return found as F;
}
