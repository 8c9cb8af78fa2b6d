import { InvalidRequestError } from '@app/errors';

export interface SystemFacts {
  /** `2025-06-28` */
  readonly date: string;
  /** As the client asked for it. */
  readonly reasoningEffort: string | undefined;
  /** Added to the model's identity. */
  readonly instructions: string | undefined;
  /** There are functions to call. */
  readonly hasTools: boolean;
}

const efforts = ['high', 'medium', 'low'];

/** The system message that gpt-oss was trained on. @throws InvalidRequestError for an effort it does not know */
export function systemText({ date, reasoningEffort = 'medium', instructions, hasTools }: SystemFacts): string {
  checkEffort(reasoningEffort);
  return [
    'You are ChatGPT, a large language model trained by OpenAI.',
    ...(instructions === undefined ? [] : [instructions]),
    'Knowledge cutoff: 2024-06',
    `Current date: ${date}`,
    '',
    `Reasoning: ${reasoningEffort}`,
    '',
    '# Valid channels: analysis, commentary, final. Channel must be included for every message.',
    ...(hasTools ? ["Calls to these tools must go to the commentary channel: 'functions'."] : []),
  ].join('\n');
}

function checkEffort(effort: string): void {
  if (efforts.includes(effort)) return;
  const message =
    effort === 'none'
      ? "Harmony does not support reasoning_effort='none'"
      : `reasoning_effort='${effort}' is not supported by Harmony. Supported values are: ${efforts.join(', ')}.`;
  throw new InvalidRequestError(message, { param: 'reasoning_effort' });
}
