import type { EncodableText } from '@app/tokenization';
import type { ChatRenderInput } from '../chat-template.js';

/** Builds the prompt of a model that has a format of its own in the place of a Jinja template. */
export interface PromptEncoder {
  /** As vLLM calls it: the value of `--tokenizer-mode`, or `harmony`. */
  readonly name: string;
  /** Tokens it gives by name, in pieces, so that the tokenizer must have them; none: it writes plain text. */
  readonly tokens: readonly string[];
  /** The model's calls need no parser of the operator's choice, so requests with tools are taken without one. */
  readonly takesToolsUnparsed: boolean;
  /** @throws InvalidRequestError for messages that the format has no place for */
  render(input: ChatRenderInput): EncodableText;
}
