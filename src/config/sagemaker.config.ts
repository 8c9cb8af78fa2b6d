import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** What Amazon SageMaker tells its containers (routes.md §5). */
export class SagemakerConfig {
  @Option({
    flag: '--sagemaker-stateful-sessions',
    env: 'SAGEMAKER_ENABLE_STATEFUL_SESSIONS',
    kind: 'boolean',
    default: false,
    help: 'Let clients of POST /invocations open and close sessions.',
  })
  readonly statefulSessions!: boolean;

  @Option({
    flag: '--sagemaker-sessions-path',
    env: 'SAGEMAKER_SESSIONS_PATH',
    kind: 'text',
    help: 'Folder of the sessions; default: sagemaker_sessions in /dev/shm, or in the folder for temporary files.',
  })
  readonly sessionsPath?: string;

  @Option({
    flag: '--sagemaker-sessions-expiration',
    env: 'SAGEMAKER_SESSIONS_EXPIRATION',
    kind: 'integer',
    default: 1200,
    help: 'Seconds a session lives.',
    rules: [Min(1), Max(31_536_000)],
  })
  readonly sessionsExpiration!: number;

  @Option({
    flag: '--sagemaker-model-path',
    env: 'SAGEMAKER_MODEL_PATH',
    kind: 'text',
    default: '/opt/ml/model',
    help: 'Folder of the model artifacts, where custom code is looked for.',
  })
  readonly modelPath!: string;

  @Option({
    flag: '--custom-script-filename',
    env: 'CUSTOM_SCRIPT_FILENAME',
    kind: 'text',
    help: 'ES module with custom code in the folder of the model artifacts; default: model.mjs or model.js, if there is one.',
  })
  readonly scriptFilename?: string;

  @Option({
    flag: '--custom-ping-handler',
    env: 'CUSTOM_FASTAPI_PING_HANDLER',
    kind: 'text',
    help: 'Function that answers GET /ping, as module#export; "model" is the script.',
  })
  readonly pingHandler?: string;

  @Option({
    flag: '--custom-invocation-handler',
    env: 'CUSTOM_FASTAPI_INVOCATION_HANDLER',
    kind: 'text',
    help: 'Function that answers POST /invocations, as module#export.',
  })
  readonly invocationHandler?: string;

  @Option({
    flag: '--custom-throttle',
    env: 'CUSTOM_FASTAPI_MIDDLEWARE_THROTTLE',
    kind: 'text',
    help: 'Middleware around every request, before keys are checked, as module#export.',
  })
  readonly throttle?: string;

  @Option({
    flag: '--custom-pre-post-process',
    env: 'CUSTOM_FASTAPI_MIDDLEWARE_PRE_POST_PROCESS',
    kind: 'text',
    help: 'Middleware around every route, as module#export.',
  })
  readonly prePostProcess?: string;

  @Option({
    flag: '--custom-pre-process',
    env: 'CUSTOM_PRE_PROCESS',
    kind: 'text',
    help: 'Function from request to request, for every route, as module#export.',
  })
  readonly preProcess?: string;

  @Option({
    flag: '--custom-post-process',
    env: 'CUSTOM_POST_PROCESS',
    kind: 'text',
    help: 'Function from response to response, for every route, as module#export.',
  })
  readonly postProcess?: string;
}
