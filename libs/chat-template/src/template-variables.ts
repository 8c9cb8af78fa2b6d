import { type TemplateNode, walk } from '@app/jinja';
import type { FunctionTool } from './chat-message.js';
import { toTemplateTools } from './to-template-tools.js';

export type TemplateKwargs = Readonly<Record<string, unknown>>;

/** What of a request a template can see, besides the messages. */
export interface TemplateSettings {
  readonly tools?: readonly FunctionTool[] | undefined;
  readonly addGenerationPrompt: boolean;
  readonly continueFinalMessage: boolean;
  readonly documents?: readonly unknown[] | undefined;
  readonly reasoningEffort?: string | undefined;
  /** `chat_template_kwargs` of the request. */
  readonly kwargs?: TemplateKwargs | undefined;
  /** `--default-chat-template-kwargs` */
  readonly defaultKwargs?: TemplateKwargs | undefined;
}

/** Names that belong to the renderer: a client may not set them, whatever a template does with them. */
const denied: ReadonlySet<string> = new Set([
  'messages',
  'conversation',
  'chat_template',
  'tokenize',
  'padding',
  'truncation',
  'max_length',
  'tokenizer_kwargs',
]);

/**
 * The variables of a render but for the messages. From low to high: server defaults, the request's tools, its kwargs, its own fields. A value of
 * null or "auto" in a request is none; kwargs that the template never mentions are dropped.
 */
export function templateVariables(settings: TemplateSettings, mentioned: ReadonlySet<string>): TemplateKwargs {
  const { tools, kwargs = {}, defaultKwargs = {}, documents, reasoningEffort } = settings;
  const variables: Record<string, unknown> = {
    tools: null,
    ...allowed(defaultKwargs, mentioned),
    ...(tools && { tools: toTemplateTools(tools) }),
  };
  overlay(variables, allowed(kwargs, mentioned));
  overlay(variables, { documents, reasoning_effort: reasoningEffort });
  const thinkingIsSet = isSet(kwargs.enable_thinking);
  if (reasoningEffort !== undefined && reasoningEffort !== 'auto' && !thinkingIsSet) {
    variables.enable_thinking = reasoningEffort !== 'none';
  }
  variables.add_generation_prompt = settings.addGenerationPrompt;
  variables.continue_final_message = settings.continueFinalMessage;
  return variables;
}

/** Every name a template reads or writes. */
export function mentionedNames(ast: TemplateNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of walk(ast)) {
    if (node.type === 'name') {
      names.add(node.name);
    }
  }
  return names;
}

function allowed(kwargs: TemplateKwargs, mentioned: ReadonlySet<string>): TemplateKwargs {
  return Object.fromEntries(
    Object.entries(kwargs).filter(
      ([name]) => mentioned.has(name) && !denied.has(name) && !name.startsWith('return_') && !name.startsWith('__'),
    ),
  );
}

function overlay(variables: Record<string, unknown>, higher: TemplateKwargs): void {
  for (const [name, value] of Object.entries(higher)) {
    if (isSet(value)) {
      variables[name] = value;
    }
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== 'auto';
}
