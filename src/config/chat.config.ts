import { Max, Min } from 'class-validator';
import { tokenizerModes } from '@app/chat-template';
import { Option } from './option.decorator.js';

/** What `reasoning_effort` of a request may be. */
export const REASONING_EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** How messages become a prompt. */
export class ChatConfig {
  @Option({
    flag: '--chat-template',
    kind: 'text',
    help: "Chat template: a file or inline Jinja. Default: the model's.",
  })
  readonly chatTemplate?: string;

  @Option({
    flag: '--tokenizer-mode',
    kind: 'text',
    choices: tokenizerModes,
    default: 'auto',
    help: "What builds prompts. auto: the encoder of the model's architecture, else the chat template; hf: the template; or an encoder.",
  })
  readonly tokenizerMode!: string;

  @Option({
    flag: '--system-start-date',
    kind: 'text',
    env: 'VLLM_SYSTEM_START_DATE',
    help: 'The date that gpt-oss is told in every prompt, such as 2025-06-28. Default: today.',
  })
  readonly systemStartDate?: string;

  @Option({
    flag: '--harmony-system-instructions',
    kind: 'boolean',
    default: false,
    env: 'VLLM_GPT_OSS_HARMONY_SYSTEM_INSTRUCTIONS',
    help: "gpt-oss: put instructions into the system message instead of a developer's.",
  })
  readonly harmonySystemInstructions!: boolean;

  @Option({
    flag: '--chat-template-content-format',
    kind: 'text',
    choices: ['auto', 'string', 'openai'],
    default: 'auto',
    help: 'How the template sees message content: as text, or as a list of parts. auto: read from the template.',
  })
  readonly chatTemplateContentFormat!: 'auto' | 'string' | 'openai';

  @Option({
    flag: '--trust-request-chat-template',
    kind: 'boolean',
    default: false,
    help: 'Let requests bring their own chat template.',
  })
  readonly trustRequestChatTemplate!: boolean;

  @Option({
    flag: '--chat-template-render-timeout',
    kind: 'integer',
    default: 30,
    env: 'VLLM_CHAT_TEMPLATE_RENDER_TIMEOUT',
    help: 'Seconds that a chat template of a request may take.',
    rules: [Min(1), Max(3600)],
  })
  readonly chatTemplateRenderTimeout!: number;

  @Option({
    flag: '--default-chat-template-kwargs',
    kind: 'json',
    default: {},
    isNullable: true,
    help: 'Variables for the chat template, as a JSON object; those of a request win.',
  })
  readonly defaultChatTemplateKwargs!: Readonly<Record<string, unknown>>;

  @Option({
    flag: '--reasoning-effort-map',
    kind: 'json',
    default: {},
    isNullable: true,
    help: 'Reasoning efforts of requests rewritten to those that the chat template knows, as a JSON object.',
  })
  readonly reasoningEffortMap!: Readonly<Record<string, string>>;

  @Option({
    flag: '--cohere-format',
    kind: 'text',
    choices: ['cmd3', 'cmd4'],
    default: 'cmd4',
    help: 'Prompt format of Cohere models; templates see it as cohere_format.',
  })
  readonly cohereFormat!: 'cmd3' | 'cmd4';

  @Option({ flag: '--response-role', kind: 'text', default: 'assistant', help: 'Role of the answers.' })
  readonly responseRole!: string;

  @Option({
    flag: '--exclude-tools-when-tool-choice-none',
    kind: 'boolean',
    default: false,
    help: 'Keep the tools out of the prompt when tool_choice is none.',
  })
  readonly excludeToolsWhenToolChoiceNone!: boolean;
}
