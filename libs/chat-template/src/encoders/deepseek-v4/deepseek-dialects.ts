import { InvalidRequestError } from '@app/errors';
import { partText, type TemplatePart } from '../../content-parts.js';
import type { DsmlNames } from '../deepseek/dsml.js';
import type { DeepSeekMessage, JoinParts } from '../deepseek/to-deepseek-messages.js';
import { unfit } from '../deepseek/unfit.js';
import type { Turn } from './to-turns.js';

/** What V4 and V4.1 do differently. */
export interface DeepSeekDialect {
  readonly name: string;
  readonly dsmlNames: DsmlNames;
  /** Opens system messages, and the preface; V4 has none. */
  readonly systemToken: string;
  readonly joinParts: JoinParts;
  /** @throws InvalidRequestError for a message that the release has no place for */
  check(message: DeepSeekMessage): void;
  /** What tells a thinking model how hard to think, before everything else. @throws InvalidRequestError for an unknown effort */
  preface(effort: unknown): string;
  /** The turn begun last by a user; older thoughts are history. -1 when there is none. */
  lastUserIndex(turns: readonly Turn[]): number;
  /** An answer follows a system message at this place. */
  opensAnswer(index: number, next: Turn | undefined): boolean;
}

export const v4: DeepSeekDialect = {
  name: 'deepseek_v4',
  dsmlNames: { calls: 'tool_calls', invoke: 'invoke', parameter: 'parameter' },
  systemToken: '',
  joinParts: (parts, role) => {
    const texts = parts.map(partText);
    if (role === 'tool') {
      const isText = texts.every((text) => text !== undefined);
      return isText ? texts.join('\n') : texts.map((text) => text ?? '[Unsupported tool_reference]').join('\n\n');
    }
    return parts.map((part) => mustBeText(part, (type) => `Unsupported content block type: '${type}'`)).join('\n\n');
  },
  check: () => undefined,
  preface: (effort) => {
    if (typeof effort !== 'string') return v4Prefaces.high;
    if (effort === 'max') return v4Prefaces.max;
    return ['low', 'minimal', 'medium'].includes(effort) ? '' : v4Prefaces.high;
  },
  lastUserIndex: (turns) => turns.findLastIndex(({ role }) => role === 'user' || role === 'developer'),
  opensAnswer: (_, next) => next === undefined || next.role === 'assistant',
};

/** In the words the model was trained on. */
const v4Prefaces = {
  high: `Reasoning Effort: Absolute maximum with no shortcuts permitted.
You MUST be very thorough in your thinking and comprehensively decompose the problem to resolve the root cause, rigorously stress-testing your logic against all potential paths, edge cases, and adversarial scenarios.
Explicitly write out your entire deliberation process, documenting every intermediate step, considered alternative, and rejected hypothesis to ensure absolutely no assumption is left unchecked.

`,
  max: `Reasoning Effort: Beyond maximum — exhaustive, relentless, and uncompromising.
You MUST reason with the utmost depth and rigor, leaving absolutely nothing to chance: exhaustively decompose the problem into its most fundamental components, trace every causal chain to its root, and resolve the underlying cause rather than any surface symptom.
Do not stop reasoning until you have independently verified the solution from multiple angles and are certain that no assumption remains unchecked and no error remains undiscovered.

`,
};

/** Stands for an image in the prompt, so that no text may hold it. */
const IMAGE = '<｜deepseek_image｜>';
const v41Roles = ['system', 'developer', 'user', 'assistant', 'tool'];
const v41Efforts: ReadonlyMap<unknown, number> = new Map([
  ['low', 50],
  ['high', 75],
  ['xhigh', 75],
  ['max', 100],
]);

export const v41: DeepSeekDialect = {
  name: 'deepseek_v41',
  dsmlNames: { calls: ' calls', invoke: ' invoke', parameter: ' parameter' },
  systemToken: '<｜System｜>',
  joinParts: (parts) =>
    parts
      .map((part) => mustBeText(part, (type) => `DeepSeek V4.1 supports text and image content only; got '${type}'`))
      .join('\n\n'),
  check: ({ role, text, reasoning }) => {
    if (!v41Roles.includes(role)) throw unfit(`Invalid role: ${role}`);
    if (text.includes(IMAGE) || reasoning.includes(IMAGE)) {
      throw unfit(`Message text contains image special token '${IMAGE}'; provide images as image content parts.`);
    }
  },
  preface: (effort = 'high') => {
    const isBudget = typeof effort === 'number' && Number.isInteger(effort) && effort >= 1 && effort <= 100;
    const budget = isBudget ? effort : v41Efforts.get(effort);
    if (budget === undefined) {
      throw new InvalidRequestError(
        'DeepSeek V4.1 reasoning_effort must be low, high, xhigh, max, or an integer within [1, 100] in chat_template_kwargs',
        { param: 'reasoning_effort', showParam: false },
      );
    }
    return `Reasoning Effort: ${budget} (range 1-100, the higher the value, the more thorough the reasoning)\n\n`;
  },
  lastUserIndex: (turns) =>
    turns.findLastIndex(({ role, isToolsOnly }) => !isToolsOnly && ['user', 'developer', 'system'].includes(role)),
  opensAnswer: (index) => index > 0,
};

function mustBeText(part: TemplatePart, complaint: (type: string) => string): string {
  const text = partText(part);
  if (text === undefined) throw unfit(complaint(String(part.type)));
  return text;
}
