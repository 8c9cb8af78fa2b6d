import { ConfigurationError } from '@app/errors';
import { REASONING_EFFORTS } from './chat.config.js';
import type { ChatConfig } from './chat.config.js';
import { readServerTemplate } from './server-template.js';

/** What is wrong with how messages become prompts. */
export function chatProblems(chat: ChatConfig): string[] {
  return [...templateProblems(chat), ...effortMapProblems(chat)];
}

/** What is no template and no file is told before anything starts. */
function templateProblems(chat: ChatConfig): string[] {
  try {
    readServerTemplate(chat);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return [error.message];
    throw error;
  }
}

/** In vLLM's words. */
function effortMapProblems({ reasoningEffortMap: map }: ChatConfig): string[] {
  if (Object.values(map).some((value) => typeof value !== 'string')) {
    return ['Error: --reasoning-effort-map must be a JSON object mapping reasoning efforts to strings.'];
  }
  const efforts: readonly string[] = REASONING_EFFORTS;
  const unknown = Object.keys(map).filter((effort) => !efforts.includes(effort));
  if (unknown.length === 0) return [];
  const list = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return [
    `Error: --reasoning-effort-map has unknown efforts ${list(unknown.sort())}; keys must be one of ${list(efforts)}.`,
  ];
}
