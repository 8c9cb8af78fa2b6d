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
}
