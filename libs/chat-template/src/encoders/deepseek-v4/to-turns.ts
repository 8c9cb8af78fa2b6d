import type { DeepSeekMessage } from '../deepseek/to-deepseek-messages.js';

/** Messages with a header of their own: answers of tools are part of what the user says. */
export interface Turn extends DeepSeekMessage {
  /** A user's turn in which nobody but tools speaks. */
  readonly isToolsOnly: boolean;
}

interface Block {
  readonly text: string;
  /** Of a tool's answer: the call it belongs to, as far as the client said. */
  readonly answers?: string | undefined;
  readonly isAnswer: boolean;
}

interface OpenTurn {
  readonly message: DeepSeekMessage;
  /** Of a user's turn. */
  readonly blocks: Block[];
}

/** Joins tools' answers and what the user says between two answers of the assistant; tools' answers stand in the order of their calls. */
export function toTurns(messages: readonly DeepSeekMessage[]): readonly Turn[] {
  let callOrder: ReadonlyMap<unknown, number> = new Map();
  return merge(messages).map(({ message, blocks }) => {
    if (message.calls.length > 0) callOrder = orderOf(message);
    if (message.role !== 'user') return { ...message, isToolsOnly: false };
    const text = inCallOrder(blocks, callOrder)
      .map((block) => (block.isAnswer ? `<tool_result>${block.text}</tool_result>` : block.text))
      .join('\n\n');
    return { ...message, text, isToolsOnly: blocks.every(({ isAnswer }) => isAnswer) };
  });
}

/** A message with a task stays the last of its turn, but for tools' answers; a task of a message that joins a turn is lost, as in vLLM. */
function merge(messages: readonly DeepSeekMessage[]): readonly OpenTurn[] {
  const turns: OpenTurn[] = [];
  for (const message of messages) {
    const isAnswer = message.role === 'tool';
    if (!isAnswer && message.role !== 'user') {
      turns.push({ message, blocks: [] });
      continue;
    }
    const block: Block = { text: message.text, isAnswer, answers: message.toolCallId };
    const last = turns.at(-1);
    if (last?.message.role === 'user' && (isAnswer || last.message.task === undefined)) {
      last.blocks.push(block);
    } else {
      turns.push({ message: isAnswer ? { ...message, role: 'user', task: undefined } : message, blocks: [block] });
    }
  }
  return turns;
}

function orderOf({ calls }: DeepSeekMessage): ReadonlyMap<unknown, number> {
  return new Map(calls.flatMap(({ id }, index) => (id ? [[id, index] as const] : [])));
}

/** What stands between the answers stays where it is. An answer to no known call counts as one to the first. */
function inCallOrder(blocks: readonly Block[], callOrder: ReadonlyMap<unknown, number>): readonly Block[] {
  const order = ({ answers }: Block): number => callOrder.get(answers) ?? 0;
  const sorted = blocks.filter(({ isAnswer }) => isAnswer).sort((a, b) => order(a) - order(b));
  let next = 0;
  return blocks.map((block) => (block.isAnswer ? sorted[next++] : block));
}
