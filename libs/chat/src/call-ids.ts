import { randomBytes, randomInt } from 'node:crypto';
import type { ChatMessage } from '@app/chat-template';
import type { CallIdStyle } from '@app/output-parsers';

/** Whose templates find a call by its place in the conversation (chat-inputs-and-parsers.md §3.3). */
const COUNTING_MODELS: readonly unknown[] = ['kimi_k2', 'kimi_k25', 'kimi_k3'];

/** `modelType`: as config.json has it. A model that counts its calls does so whatever parser reads them. */
export function callIdStyleOf(modelType: unknown, parser: { readonly callIds?: CallIdStyle } | undefined): CallIdStyle {
  return COUNTING_MODELS.includes(modelType) ? 'functions' : (parser?.callIds ?? 'chatcmpl-tool');
}

/** Calls that the assistant's turns of a conversation made. */
export function countCalls(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { role, toolCalls = [] }) => sum + (role === 'assistant' ? toolCalls.length : 0), 0);
}

/** A call that needs an id. */
export interface UnnumberedCall {
  readonly name: string;
  /** Of the calls of its answer. */
  readonly index: number;
  /** Calls in the conversation before this answer. */
  readonly priorCalls: number;
}

export function createCallId(style: CallIdStyle, { name, index, priorCalls }: UnnumberedCall): string {
  switch (style) {
    case 'chatcmpl-tool':
      return `chatcmpl-tool-${hex16()}`;
    case 'call':
      return `call_${hex16()}`;
    case 'call-index':
      return `call_${index}_${hex16()}`;
    case 'functions':
      return `functions.${name}:${priorCalls + index}`;
    case 'alphanumeric':
      return Array.from({ length: 9 }, () => ALPHANUMERICS[randomInt(ALPHANUMERICS.length)]).join('');
  }
}

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function hex16(): string {
  return randomBytes(8).toString('hex');
}
