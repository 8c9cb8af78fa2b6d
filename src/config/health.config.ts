import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** When probes say that the server is not well. */
export class HealthConfig {
  @Option({
    flag: '--max-event-loop-lag',
    kind: 'number',
    default: 5,
    help: 'Seconds that the event loop may stand still before /health/live fails.',
    rules: [Min(0.1), Max(3600)],
  })
  readonly maxEventLoopLag!: number;

  @Option({
    flag: '--engine-stall-timeout',
    kind: 'number',
    default: 60,
    help: 'Seconds without any output or step of an engine that has requests before /health/ready fails; 0 = never.',
    rules: [Min(0), Max(86_400)],
  })
  readonly engineStallTimeout!: number;
}
