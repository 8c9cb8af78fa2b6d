import { describe, expect, it } from 'vitest';
import { compileValidator, IsListOf } from '@server/http/validation/index';
import { chatMessage } from './chat-message.dto.js';
import type { ChatMessageParam } from './chat-message.dto.js';

class Conversation {
  @IsListOf(chatMessage, { required: true })
  readonly messages!: ChatMessageParam[];
}

const check = compileValidator(Conversation);
const say = (message: object) => (): unknown => check({ messages: [{ role: 'user', content: 'Hi' }, message] });

describe('chatMessage', () => {
  it.each([
    { role: 'user', content: 'Hi' },
    { role: 'user' },
    { role: 'user', content: ['Hi', { type: 'text', text: 'there' }, { type: 'text', text: null }, { type: 'x' }] },
    { role: 'assistant', content: null },
    { role: 'function', content: null, name: 'f' },
  ])('takes %j', (message) => {
    expect(say(message)).not.toThrow();
  });

  it.each([
    [{ role: 'user', content: null }, 'body.messages.1.content'],
    [{ role: 'tool', content: null }, 'body.messages.1.content'],
    [{ role: 'user', content: 5 }, 'body.messages.1.content'],
    [{ role: 'user', content: { text: 'Hi' } }, 'body.messages.1.content'],
    [{ role: 'user', content: ['Hi', 5] }, 'body.messages.1.content.1'],
    [{ role: 'user', content: [null] }, 'body.messages.1.content.0'],
    [{ role: 'user', content: [{ type: 'text' }] }, 'body.messages.1.content.0'],
  ])('refuses %j and says where', (message, param) => {
    expect(say(message)).toThrow(expect.objectContaining({ param }));
  });
});
