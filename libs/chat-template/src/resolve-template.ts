import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError, InvalidRequestError } from '@app/errors';
import type { TemplateKwargs } from './template-variables.js';

/** Templates by name (`default`, `tool_use`, …), as some tokenizers have them. */
export type NamedTemplates = Readonly<Record<string, string>>;

export interface RequestTemplate {
  /** `chat_template` of the request. */
  readonly request?: string | undefined;
  /** `chat_template_kwargs` of the request, which may not bring a template along. */
  readonly kwargs?: TemplateKwargs | undefined;
  /** `--trust-request-chat-template` */
  readonly trustRequest: boolean;
}

export interface TemplateSources extends RequestTemplate {
  /** `--chat-template`, resolved. */
  readonly server?: string | undefined;
  readonly tokenizer?: string | NamedTemplates | undefined;
  readonly hasTools: boolean;
}

/** @throws InvalidRequestError when a request brings a template of its own and may not */
export function checkRequestTemplate({ request, kwargs, trustRequest }: RequestTemplate): void {
  const insideKwargs = kwargs !== undefined && Object.hasOwn(kwargs, 'chat_template') && kwargs.chat_template !== null;
  if ((request !== undefined || insideKwargs) && !trustRequest) {
    throw new InvalidRequestError(
      'Chat template is passed with request, but --trust-request-chat-template is not set. Refused request with untrusted chat template.',
    );
  }
  if (insideKwargs) {
    throw new InvalidRequestError("Found unexpected chat template kwargs from request: {'chat_template'}");
  }
}

/** The template of a request. @throws InvalidRequestError when it may not bring one, or when there is none */
export function resolveTemplate(sources: TemplateSources): string {
  checkRequestTemplate(sources);
  const { request, server, tokenizer, hasTools } = sources;
  const named = typeof tokenizer === 'object' ? tokenizer : undefined;
  const chosen = request ?? server;
  if (chosen !== undefined) {
    return named !== undefined && Object.hasOwn(named, chosen) ? named[chosen] : chosen;
  }
  const own = named === undefined ? (tokenizer as string | undefined) : pickNamed(named, hasTools);
  if (own === undefined) {
    throw new InvalidRequestError(
      'As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template if the tokenizer does not define one.',
    );
  }
  return own;
}

function pickNamed(named: NamedTemplates, hasTools: boolean): string | undefined {
  const name = hasTools && Object.hasOwn(named, 'tool_use') ? 'tool_use' : 'default';
  return Object.hasOwn(named, name) ? named[name] : undefined;
}

/** `chat_template` of a tokenizer_config.json: a text, or a list of `{name, template}`. */
export function readTokenizerTemplate(value: unknown): string | NamedTemplates | undefined {
  if (typeof value === 'string') {
    return value;
  }
  if (!Array.isArray(value)) {
    return undefined;
  }
  const pairs = (value as readonly unknown[]).flatMap((entry): [string, string][] => {
    const { name, template } = (entry ?? {}) as { readonly name?: unknown; readonly template?: unknown };
    return typeof name === 'string' && typeof template === 'string' ? [[name, template]] : [];
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/**
 * The value of `--chat-template`: the text of a file, a template itself (it has a brace or a newline), or the name of a file
 * in `shippedDirectory`. @throws ConfigurationError
 */
export function resolveTemplateFlag(value: string, shippedDirectory: string): string {
  const text = readText(value);
  if (text !== undefined) {
    return text;
  }
  if (/[{}\n]/.test(value)) {
    return value;
  }
  const shipped = path.join(shippedDirectory, value);
  const isInside = path.relative(shippedDirectory, shipped) === path.basename(value);
  const named = isInside ? readText(shipped) : undefined;
  if (named === undefined) {
    throw new ConfigurationError(
      `The supplied chat template string (${value}) appears path-like, but doesn't exist! Tried: ${value} and ${shipped}`,
    );
  }
  return named;
}

function readText(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
