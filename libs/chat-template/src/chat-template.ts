import { InvalidRequestError } from '@app/errors';
import { compileTemplate, type RenderOptions, type Template } from '@app/jinja';
import type { ChatMessage } from './chat-message.js';
import { checkConversation } from './check-conversation.js';
import { type ContentFormat, contentFormatOf } from './content-format.js';
import { cutAtFinalMessage, markFinalMessage } from './continue-final-message.js';
import { knowsDevelopers, withoutDevelopers } from './developer-messages.js';
import { probeContentFormat, probedRoles } from './probe-content-format.js';
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
  /** What the template itself takes, by its loops; a role may have another. */
  readonly contentFormat: ContentFormat;
  private readonly template: Template;
  private readonly mentioned: ReadonlySet<string>;
  private readonly knowsDevelopers: boolean;
  private readonly formatByRole = new Map<string, ContentFormat>();

  /** @throws TemplateSyntaxError */
  constructor(
    source: string,
    private readonly specialTokens: SpecialTokens = {},
  ) {
    this.template = compileTemplate(source);
    this.contentFormat = contentFormatOf(this.template.ast);
    this.mentioned = mentionedNames(this.template.ast);
    this.knowsDevelopers = knowsDevelopers(source);
  }

  /** @throws InvalidRequestError for messages that cannot be rendered; TemplateError with the template's own text */
  render(input: ChatRenderInput, options: RenderOptions = {}): string {
    const { messages, modelName, continueFinalMessage, contentFormat = 'auto' } = input;
    checkConversation(input);
    const formatOf = (role: string) => (contentFormat === 'auto' ? this.formatOf(role) : contentFormat);
    const given = messages.map((message) => toTemplateMessage(message, { format: formatOf(message.role), modelName }));
    const shown = this.knowsDevelopers ? given : withoutDevelopers(given);
    const variables = {
      ...this.specialTokens,
      ...templateVariables(input, this.mentioned),
      messages: continueFinalMessage ? markFinalMessage(shown) : shown,
    };
    const rendered = this.template.render(variables, options);
    return continueFinalMessage ? cutAtFinalMessage(rendered) : rendered;
  }

  /** What the template takes from a role. */
  private formatOf(role: string): ContentFormat {
    if (this.contentFormat === 'string' || !probedRoles.has(role)) return this.contentFormat;
    const known = this.formatByRole.get(role) ?? probeContentFormat(role, (messages) => this.probe(messages));
    this.formatByRole.set(role, known);
    return known;
  }

  private probe(messages: readonly TemplateMessage[]): string | undefined {
    const shown = this.knowsDevelopers ? messages : withoutDevelopers(messages);
    try {
      return this.template.render(
        { ...this.specialTokens, messages: shown, add_generation_prompt: false },
        PROBE_LIMITS,
      );
    } catch (error) {
      if (error instanceof InvalidRequestError) return undefined;
      throw error;
    }
  }
}

const PROBE_LIMITS = { maxSteps: 100_000, deadlineMs: 100 };
