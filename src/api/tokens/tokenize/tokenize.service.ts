import { Injectable } from '@nestjs/common';
import { Chat } from '@app/chat';
import { InvalidRequestError } from '@app/errors';
import { Text } from '@app/text';
import { textOf } from '@app/tokenization';
import type { EncodableText } from '@app/tokenization';
import { ServedModels } from '@server/engine/served-models';
import { compileValidator, isObject } from '@server/http/validation/index';
import { toChatMessages, toFunctionTools } from '@server/language/requests/to-chat-messages';
import { checkMediaKwargs } from '@server/language/requests/media-kwargs.rule';
import type { DetokenizeRequest } from './dto/detokenize-request.dto.js';
import { TokenizeChatRequest, TokenizeTextRequest } from './dto/tokenize-request.dto.js';

export interface TokenizeResponse {
  readonly count: number;
  readonly max_model_len: number;
  readonly tokens: readonly number[];
  readonly token_strs: readonly string[] | null;
}

/** A text of this many characters may always be counted, whatever the context is. */
const MAX_CHARACTERS = 2 ** 20;
/** More per token of the context than text has. */
const CHARACTERS_PER_TOKEN = 8;

const asText = compileValidator(TokenizeTextRequest);
const asChat = compileValidator(TokenizeChatRequest);

@Injectable()
export class TokenizeService {
  constructor(
    private readonly text: Text,
    private readonly chat: Chat,
    private readonly models: ServedModels,
  ) {}

  /** `body`: one of the two forms; with `messages` and no `prompt` it is a chat. May be longer than the context. */
  async tokenize(body: unknown, signal: AbortSignal): Promise<TokenizeResponse> {
    const isChat = isObject(body) && !('prompt' in body) && 'messages' in body;
    const request = isChat ? asChat(body) : asText(body);
    this.models.mustServe(request.model);
    if ('messages' in request) checkMediaKwargs(request);
    const text = 'messages' in request ? await this.render(request, signal) : request.prompt;
    this.checkLength(textOf(text));
    const tokens = await this.text.tokenizer.encode(text, { addSpecialTokens: request.add_special_tokens });
    const pieces = request.return_token_strs ? tokens.map((id) => this.text.tokenizer.piece(id) ?? '') : null;
    return { count: tokens.length, max_model_len: this.text.maxModelLen, tokens, token_strs: pieces };
  }

  /** Throws `InvalidRequestError` for an id outside the vocabulary: its silent loss would hide a wrong tokenizer. */
  detokenize({ model, tokens }: DetokenizeRequest): { readonly prompt: string } {
    this.models.mustServe(model);
    const { tokenizer } = this.text;
    const unknown = tokens.findIndex((id) => tokenizer.piece(id) === undefined);
    if (unknown >= 0) {
      throw new InvalidRequestError(`Token id ${tokens[unknown]} is out of vocabulary`, { param: `tokens.${unknown}` });
    }
    return { prompt: tokenizer.decode(tokens, { skipSpecialTokens: false }) };
  }

  /** Tokenising takes seconds and gigabytes for megabytes of text, and the answer is larger still. */
  private checkLength(text: string): void {
    const most = Math.max(MAX_CHARACTERS, CHARACTERS_PER_TOKEN * this.text.maxModelLen);
    if (text.length > most) {
      throw new InvalidRequestError(`The text has ${text.length} characters; at most ${most} are tokenized.`, {
        param: 'prompt',
        value: text.length,
      });
    }
  }

  private render(request: TokenizeChatRequest, signal: AbortSignal): Promise<EncodableText> {
    return this.chat.render({
      messages: toChatMessages(request.messages),
      tools: toFunctionTools(request.tools),
      addGenerationPrompt: request.add_generation_prompt,
      continueFinalMessage: request.continue_final_message,
      kwargs: request.chat_template_kwargs,
      chatTemplate: request.chat_template,
      signal,
    });
  }
}
