import { InvalidRequestError } from '@app/errors';
import { PROMPT_EMBEDS_TOKEN } from '@app/tokenization';
import type { ChatMessage, ContentPart } from './chat-message.js';
import { mustPromptEmbeds, partType, writtenText } from './content-parts.js';

/** Messages whose parts of embeddings are texts, and the files that were in them: the mark of number n stands for file n. */
export interface MarkedMessages {
  readonly messages: readonly ChatMessage[];
  /** In base64. */
  readonly files: readonly string[];
}

/** A rendered prompt with one `PROMPT_EMBEDS_TOKEN` for each file, in their order. */
export interface SplicedText {
  readonly text: string;
  readonly files: readonly string[];
}

/**
 * Puts a mark for each part of type `prompt_embeds` into the messages, for templates, which know no such parts. Text of the client may not hold
 * the reserved word that marks begin with. @throws InvalidRequestError
 */
export function markPromptEmbeds(messages: readonly ChatMessage[]): MarkedMessages {
  const files: string[] = [];
  const take = (part: ContentPart): ContentPart => {
    if (typeof part === 'object' && partType(part) === 'prompt_embeds') {
      return markOf(files.push(mustPromptEmbeds(part)) - 1);
    }
    checkText(writtenText(part));
    return part;
  };
  const marked = messages.map((message) => {
    const { content, reasoning } = message;
    // The order in which vLLM numbers them.
    const thought = typeof reasoning === 'object' ? take(reasoning) : reasoning;
    if (typeof content === 'string') {
      checkText(content);
    }
    return { ...message, reasoning: thought, content: Array.isArray(content) ? content.map(take) : content };
  });
  return { messages: marked, files };
}

/** The prompt with its marks turned into placeholders. A file whose mark the template left out is left out too. @throws InvalidRequestError */
export function splicePromptEmbeds(rendered: string, files: readonly string[]): SplicedText {
  const times = new Map<number, number>();
  const text = rendered.replace(MARKS, (mark, digits: string) => {
    const number = Number(digits);
    if (number >= files.length) {
      return mark;
    }
    times.set(number, (times.get(number) ?? 0) + 1);
    return PROMPT_EMBEDS_TOKEN;
  });
  for (const [number, count] of times) {
    if (count > 1) {
      throw new InvalidRequestError(
        `Chat template rendered prompt_embeds placeholder '${markOf(number)}' ${count} times; each placeholder must appear at most once.`,
      );
    }
  }
  return { text, files: [...times.keys()].map((number) => files[number]) };
}

const MARK_START = `${PROMPT_EMBEDS_TOKEN}__vllm_prompt_embed_`;
const MARKS = new RegExp(`${MARK_START}(\\d{1,9})__`, 'g');

function markOf(index: number): string {
  return `${MARK_START}${index}__`;
}

function checkText(text: string | undefined): void {
  if (text?.includes(PROMPT_EMBEDS_TOKEN)) {
    throw new InvalidRequestError(
      `Text content may not contain the reserved placeholder '${PROMPT_EMBEDS_TOKEN}'. This placeholder is used internally to mark ` +
        '`prompt_embeds` splice positions in the tokenized prompt.',
      { param: 'messages' },
    );
  }
}
