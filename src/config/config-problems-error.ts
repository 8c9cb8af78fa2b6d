import { ConfigurationError } from '@app/errors';

/** The configuration is wrong; `problems` lists everything that is. The process says so and ends with code 2. */
export class ConfigProblemsError extends ConfigurationError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
