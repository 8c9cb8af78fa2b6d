import type { ChatRenderInput } from '../../chat-template.js';
import { plainText } from '../../to-template-message.js';
import { continuesMessage } from '../continued-message.js';
import { callsElement } from '../deepseek/dsml.js';
import { toDeepSeekSettings } from '../deepseek/deepseek-settings.js';
import { ASSISTANT, BEGIN, END, END_THINK, THINK, USER } from '../deepseek/tokens.js';
import { type DeepSeekMessage, systemWith, toDeepSeekMessages } from '../deepseek/to-deepseek-messages.js';
import { unfit } from '../deepseek/unfit.js';
import type { PromptEncoder } from '../prompt-encoder.js';
import { dsmlNames, toolsSection } from './tools-section.js';

/** DeepSeek V3.2, whose model comes with an encoder in the place of a template. It thinks only when it is told to. */
export const deepseekV32: PromptEncoder = {
  name: 'deepseek_v32',
  tokens: [],
  takesToolsUnparsed: false,
  render: (input) => {
    const continues = continuesMessage(input);
    const prompt = new Conversation(input).write();
    return continues ? prompt.slice(0, -END.length) : prompt;
  },
};

class Conversation {
  private readonly thinks: boolean;
  private readonly messages: readonly DeepSeekMessage[];
  /** The last message that a user, or a developer, wrote; thoughts before it are history and not shown. */
  private readonly lastUser: number;

  constructor(input: ChatRenderInput) {
    const { thinks = false, functions } = toDeepSeekSettings(input);
    const messages = toDeepSeekMessages(input, (parts) => parts.map(plainText).join('\n'));
    this.thinks = thinks;
    this.messages = functions.length === 0 ? messages : [systemWith(functions), ...messages];
    this.lastUser = this.messages.findLastIndex(({ role }) => role === 'user' || role === 'developer');
  }

  write(): string {
    return BEGIN + this.messages.map((message, index) => this.message(message, index)).join('');
  }

  private message(message: DeepSeekMessage, index: number): string {
    const { role, text, functions } = message;
    switch (role) {
      case 'system':
        return text + toolsSection(functions);
      case 'developer':
        if (text === '') throw unfit(`message ${index} of the developer is empty`);
        return this.turnOf(`${toolsSection(functions)}\n\n# The user's message is: ${text}`, index);
      case 'user':
        return this.turnOf(text, index);
      case 'tool':
        return this.toolAnswer(message, index);
      case 'assistant':
        return this.answer(message, index);
      default:
        throw unfit(`Invalid role: ${role}`);
    }
  }

  private turnOf(text: string, index: number): string {
    return `${USER}${text}${ASSISTANT}${this.thinks && index === this.lastUser ? THINK : END_THINK}`;
  }

  private answer({ text, reasoning, calls }: DeepSeekMessage, index: number): string {
    const isCurrent = this.thinks && index > this.lastUser;
    if (isCurrent && reasoning === '' && calls.length === 0) {
      throw unfit(
        `message ${index}, an answer after the last user message, needs reasoning or tool_calls in thinking mode`,
      );
    }
    const thought = isCurrent ? reasoning + END_THINK : '';
    return `${thought}${text}${calls.length === 0 ? '' : `\n\n${callsElement(dsmlNames, calls)}`}${END}`;
  }

  /** Answers belong to calls by their order, as the format has no ids. */
  private toolAnswer({ text }: DeepSeekMessage, index: number): string {
    const caller = this.messages.findLastIndex(({ role }, at) => at < index && role !== 'tool');
    const order = index - caller;
    const calls = caller < 0 ? 0 : this.messages[caller].calls.length;
    if (order > calls) throw unfit(`message ${index} is a tool's answer, but there is no call that it answers`);
    const opening = order === 1 ? '\n\n<function_results>' : '';
    const result = `${opening}\n<result>${text}</result>`;
    if (order < calls) return result;
    return `${result}\n</function_results>\n\n${this.thinks && index >= this.lastUser ? THINK : END_THINK}`;
  }
}
