import { continuesMessage } from '../continued-message.js';
import { type DeepSeekSettings, toDeepSeekSettings } from '../deepseek/deepseek-settings.js';
import { callsElement } from '../deepseek/dsml.js';
import { type DeepSeekMessage, systemWith, toDeepSeekMessages } from '../deepseek/to-deepseek-messages.js';
import { ASSISTANT, BEGIN, END, END_THINK, THINK, USER } from '../deepseek/tokens.js';
import { unfit } from '../deepseek/unfit.js';
import type { PromptEncoder } from '../prompt-encoder.js';
import { type DeepSeekDialect, v4, v41 } from './deepseek-dialects.js';
import { taskToken } from './task-token.js';
import { toolsSection } from './tools-section.js';
import { toTurns, type Turn } from './to-turns.js';

/** DeepSeek V4, whose model comes with an encoder in the place of a template. It thinks unless it is told not to. */
export const deepseekV4 = encoderOf(v4);
/** DeepSeek V4.1, likewise. */
export const deepseekV41 = encoderOf(v41);

function encoderOf(dialect: DeepSeekDialect): PromptEncoder {
  return {
    name: dialect.name,
    tokens: [],
    takesToolsUnparsed: false,
    render: (input) => {
      const continues = continuesMessage(input);
      const settings = toDeepSeekSettings(input);
      const messages = toDeepSeekMessages(input, dialect.joinParts);
      messages.forEach((message) => dialect.check(message));
      const turns = toTurns(withFunctions(messages, settings.functions));
      return new Conversation(turns, { dialect, settings, continues }).write();
    },
  };
}

/** The first system message names them, or one made for them. */
function withFunctions(messages: readonly DeepSeekMessage[], functions: readonly object[]): readonly DeepSeekMessage[] {
  if (functions.length === 0) return messages;
  const system = messages.findIndex(({ role }) => role === 'system');
  if (system < 0) return [systemWith(functions), ...messages];
  return messages.map((message, index) => (index === system ? { ...message, functions } : message));
}

interface ConversationSettings {
  readonly dialect: DeepSeekDialect;
  readonly settings: DeepSeekSettings;
  /** The last answer stays open. */
  readonly continues: boolean;
}

class Conversation {
  private readonly dialect: DeepSeekDialect;
  private readonly continues: boolean;
  private readonly thinks: boolean;
  private readonly dropsThoughts: boolean;
  private readonly preface: string;
  private readonly turns: readonly Turn[];
  private readonly lastUser: number;

  constructor(turns: readonly Turn[], { dialect, settings, continues }: ConversationSettings) {
    const { thinks = true, effort, dropsThoughts } = settings;
    this.dialect = dialect;
    this.continues = continues;
    this.thinks = thinks && effort !== 'none';
    // From call to call the model goes on with its thoughts.
    this.dropsThoughts = dropsThoughts && turns.every(({ functions }) => functions.length === 0);
    const preface = dialect.preface(effort === 'none' ? undefined : effort);
    this.preface = this.thinks ? preface : '';
    this.turns = this.thinks && this.dropsThoughts ? withoutOldDevelopers(turns, dialect) : turns;
    this.lastUser = dialect.lastUserIndex(this.turns);
  }

  write(): string {
    const opening = this.preface !== '' && this.turns[0].role !== 'system' ? this.dialect.systemToken : '';
    return BEGIN + opening + this.turns.map((turn, index) => this.turn(turn, index)).join('');
  }

  private turn(turn: Turn, index: number): string {
    return this.content(turn, index) + this.transition(turn, index);
  }

  private content(turn: Turn, index: number): string {
    const { role, text, functions } = turn;
    const preface = index === 0 ? this.preface : '';
    const tools = toolsSection(this.dialect.dsmlNames, functions);
    switch (role) {
      case 'system':
        return this.dialect.systemToken + preface + text + tools;
      case 'developer':
        if (text === '') throw unfit('A message of the developer is empty.');
        return preface + USER + text + tools;
      case 'user':
        return preface + USER + text;
      case 'latest_reminder':
        return `${preface}<｜latest_reminder｜>${text}`;
      case 'assistant':
        return preface + this.answer(turn, index);
      default:
        throw unfit(`Invalid role: ${role}`);
    }
  }

  private answer({ text, reasoning, calls }: Turn, index: number): string {
    const isTaskOutput = this.turns.at(index - 1)?.task !== undefined && index > 0;
    const showsThought = this.thinks && !isTaskOutput && (!this.dropsThoughts || index > this.lastUser);
    const thought = showsThought ? reasoning + END_THINK : '';
    const called = calls.length === 0 ? '' : `\n\n${callsElement(this.dialect.dsmlNames, calls)}`;
    const stays = this.continues && index === this.turns.length - 1;
    return thought + text + called + (stays ? '' : END);
  }

  /** What leads from a turn to the answer that follows or shall follow. */
  private transition({ role, task }: Turn, index: number): string {
    const next = this.turns.at(index + 1);
    if (next !== undefined && next.role !== 'assistant' && next.role !== 'latest_reminder') return '';
    if (task !== undefined) {
      const header = task === 'action' ? ASSISTANT + (this.thinks ? THINK : END_THINK) : '';
      return header + taskToken(task);
    }
    const isAnswered =
      role === 'user' || role === 'developer' || (role === 'system' && this.dialect.opensAnswer(index, next));
    if (!isAnswered) return '';
    return ASSISTANT + (this.thinks && (!this.dropsThoughts || index >= this.lastUser) ? THINK : END_THINK);
  }
}

/** A developer of an earlier turn goes with the thoughts, and so does a role that the format does not know. */
function withoutOldDevelopers(turns: readonly Turn[], dialect: DeepSeekDialect): readonly Turn[] {
  const lastUser = dialect.lastUserIndex(turns);
  const kept = ['user', 'system', 'latest_reminder', 'assistant'];
  return turns.filter(({ role }, index) => index >= lastUser || kept.includes(role));
}
