import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** What answers show. */
export class AnswersConfig {
  @Option({
    flag: '--return-tokens-as-token-ids',
    kind: 'boolean',
    default: false,
    help: 'Show tokens in logprobs as token_id:N.',
  })
  readonly returnTokensAsTokenIds!: boolean;

  @Option({
    flag: '--enable-prompt-tokens-details',
    kind: 'boolean',
    default: false,
    help: 'Tell in usage how many prompt tokens came from the cache.',
  })
  readonly enablePromptTokensDetails!: boolean;

  @Option({
    flag: '--enable-per-request-metrics',
    kind: 'boolean',
    default: false,
    help: 'Tell in answers how long the request waited and ran.',
  })
  readonly enablePerRequestMetrics!: boolean;

  @Option({
    flag: '--enable-reasoning-content',
    kind: 'boolean',
    default: false,
    help: 'Tell thoughts under their older name, reasoning_content, too, for clients that know no other.',
  })
  readonly enableReasoningContent!: boolean;

  @Option({
    flag: '--enable-force-include-usage',
    kind: 'boolean',
    default: false,
    help: 'Put usage in every stream, asked for or not.',
  })
  readonly enableForceIncludeUsage!: boolean;

  @Option({
    flag: '--stream-interval',
    kind: 'integer',
    default: 1,
    help: 'Tokens per chunk of a stream.',
    rules: [Min(1), Max(1024)],
  })
  readonly streamInterval!: number;

  @Option({
    flag: '--fingerprint-mode',
    kind: 'text',
    choices: ['full', 'hash', 'custom', 'none'],
    default: 'full',
    help: 'What system_fingerprint shows.',
  })
  readonly fingerprintMode!: 'full' | 'hash' | 'custom' | 'none';

  @Option({ flag: '--fingerprint-value', kind: 'text', help: 'The fingerprint with --fingerprint-mode custom.' })
  readonly fingerprintValue?: string;
}
