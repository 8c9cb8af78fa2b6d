import { InvalidRequestError } from '@app/errors';
import { compileTemplate, type RenderOptions, type Template } from '@app/jinja';
import type { ChatMessage } from './chat-message.js';
import { type ContentFormat, contentFormatOf } from './content-format.js';
import { cutAtFinalMessage, markFinalMessage } from './continue-final-message.js';
import { mentionedNames, type TemplateSettings, templateVariables } from './template-variables.js';
import { type TemplateMessage, toTemplateMessage } from './to-template-message.js';

/** `bos_token`, `eos_token`, `pad_token`, `unk_token`, … as variables of the template. */
export type SpecialTokens = Readonly<Record<string, string>>;

export interface ChatRenderInput extends TemplateSettings {
  readonly messages: readonly ChatMessage[];
  /** Name the model is served by, for messages to the client. */
  readonly modelName: string;
  /** `--chat-template-content-format`; `auto` (the default) asks the template. */
  readonly contentFormat?: ContentFormat | 'auto' | undefined;
}

/** A template with its tokenizer's special tokens: messages in, prompt text out. */
export class ChatTemplate {
  /** What the template itself takes, by its loops. */
  readonly contentFormat: ContentFormat;
  private readonly template: Template;
  private readonly mentioned: ReadonlySet<string>;
  /** Where a template knows no developer, the role is shown to it as system (as vLLM does: recorded in `chat/developer`). */
  private readonly knowsDeveloper: boolean;

  /** @throws TemplateSyntaxError */
  constructor(
    source: string,
    private readonly specialTokens: SpecialTokens = {},
  ) {
    this.template = compileTemplate(source);
    this.contentFormat = contentFormatOf(this.template.ast);
    this.mentioned = mentionedNames(this.template.ast);
    this.knowsDeveloper = source.includes('developer');
  }

  /** @throws InvalidRequestError for messages that cannot be rendered; TemplateError with the template's own text */
  render(input: ChatRenderInput, options: RenderOptions = {}): string {
    const { messages, modelName, continueFinalMessage, addGenerationPrompt, contentFormat = 'auto' } = input;
    if (messages.length === 0) {
      throw new InvalidRequestError(
        'Cannot apply chat template to an empty conversation. Provide at least one message.',
      );
    }
    if (continueFinalMessage && addGenerationPrompt) {
      throw new InvalidRequestError(
        'continue_final_message and add_generation_prompt are not compatible. Use continue_final_message when you want the ' +
          'model to continue the final message, and add_generation_prompt when you want to add a header that will prompt it ' +
          'to start a new assistant message instead.',
      );
    }
    const format = contentFormat === 'auto' ? this.contentFormat : contentFormat;
    const shown = messages.map((message) => this.withKnownRole(toTemplateMessage(message, { format, modelName })));
    const variables = {
      ...this.specialTokens,
      ...templateVariables(input, this.mentioned),
      messages: continueFinalMessage ? markFinalMessage(shown) : shown,
    };
    const rendered = this.template.render(variables, options);
    return continueFinalMessage ? cutAtFinalMessage(rendered) : rendered;
  }

  private withKnownRole(message: TemplateMessage): TemplateMessage {
    return message.role === 'developer' && !this.knowsDeveloper ? { ...message, role: 'system' } : message;
  }
}
