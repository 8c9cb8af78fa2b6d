import type { ServerError } from '@app/errors';
import { describeModel } from '@app/model-repository';
import { type ScriptedEngine, tinyText, tinyTokenizer, type ScriptedStep } from '@testing/text';
import { tinyChatDirectory } from '@testing/tokenization';
import { Chat } from '../chat.js';
import type { ChatRequest } from '../chat.js';
import type { ChatDelta, ChatEvent, ChatSink } from '../chat-delta.js';
import type { ChatParsers } from '../chat-parsers.js';

const { chatTemplate } = await describeModel(tinyChatDirectory);

export interface TinyChat {
  readonly chat: Chat;
  readonly engine: ScriptedEngine;
}

/** A chat over tiny-chat whose engine writes these texts, one per sample, a token a step; the last token is the end of turn. */
export async function tinyChat(
  answers: readonly string[],
  parsers?: ChatParsers,
  last: Partial<ScriptedStep> = { finish: 'stop' },
): Promise<TinyChat> {
  const scripts = await Promise.all(answers.map((answer) => toSteps(answer, last)));
  const { text, engine } = tinyText({ engine: { script: (_, index) => scripts[index] } });
  const settings = {
    modelName: 'tiny',
    tokenizerTemplate: chatTemplate,
    specialTokens: tinyTokenizer.specialTokens,
    trustRequestTemplate: false,
    contentFormat: 'auto',
    defaultKwargs: {},
    excludeUncallableTools: false,
  } as const;
  return { engine, chat: new Chat(text, settings, parsers) };
}

async function toSteps(answer: string, last: Partial<ScriptedStep>): Promise<ScriptedStep[]> {
  const ids = await tinyTokenizer.encode(answer, { addSpecialTokens: false });
  const all = last.finish === 'stop' ? [...ids, tinyTokenizer.eosTokenId ?? 0] : ids;
  return all.map((id, i) => ({ ids: [id], ...(i === all.length - 1 ? last : {}) }));
}

/** `Why?` asked by a user, streamed. */
export function chatRequest({ prompt, ...request }: ChatRequestPatch = {}): ChatRequest {
  return {
    requestId: 'chatcmpl-1',
    addSpecialTokens: false,
    sampling: { maxTokensField: 'max_tokens', maxTokens: 100 },
    stream: true,
    ...request,
    prompt: {
      messages: [{ role: 'user', content: 'Why?' }],
      addGenerationPrompt: true,
      continueFinalMessage: false,
      ...prompt,
    },
  };
}

export interface ChatRequestPatch extends Omit<Partial<ChatRequest>, 'prompt'> {
  readonly prompt?: Partial<ChatRequest['prompt']> | undefined;
}

/** Keeps what a chat said. */
export class CollectingChatSink implements ChatSink {
  readonly deltas: ChatDelta[] = [];
  readonly errors: ServerError[] = [];

  push(delta: ChatDelta): void {
    this.deltas.push(delta);
  }

  fail(error: ServerError): void {
    this.errors.push(error);
  }

  /** All events of one sample; neighbours that say more of the same are one, call ids are left out. */
  events(index = 0): object[] {
    const merged: ChatEvent[] = [];
    for (const event of this.deltas.filter((delta) => delta.index === index).flatMap(({ events }) => events)) {
      const joined = join(merged.at(-1), event);
      if (joined) merged[merged.length - 1] = joined;
      else merged.push(event);
    }
    return merged.map((event) => (event.type === 'tool-call-start' ? { ...event, id: undefined } : event));
  }
}

function join(last: ChatEvent | undefined, next: ChatEvent): ChatEvent | undefined {
  switch (next.type) {
    case 'content-delta':
    case 'reasoning-delta':
      return last?.type === next.type ? { ...next, text: last.text + next.text } : undefined;
    case 'tool-call-delta':
      return last?.type === next.type && last.index === next.index
        ? { ...next, delta: last.delta + next.delta }
        : undefined;
    case 'tool-call-start':
      return undefined;
  }
}
