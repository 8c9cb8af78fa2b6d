import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { isJsonObject, readJsonObject, readTextFile } from './json-file.js';
import type { JsonObject } from './json-file.js';

type ChatTemplateSource = string | Readonly<Record<string, string>>;

/**
 * The model's chat template. A file of its own (chat_template.jinja, then chat_template.json) wins over tokenizer_config.json, as in transformers;
 * additional_chat_templates/NAME.jinja add named ones, the main one is then called `default`.
 */
export async function readChatTemplate(
  directory: string,
  tokenizerConfig: JsonObject,
): Promise<ChatTemplateSource | undefined> {
  const main =
    (await readTextFile(join(directory, 'chat_template.jinja'))) ??
    fromJson((await readJsonObject(join(directory, 'chat_template.json')))?.chat_template, 'chat_template.json') ??
    fromJson(tokenizerConfig.chat_template, 'tokenizer_config.json');
  const additional = await readAdditional(join(directory, 'additional_chat_templates'));
  if (Object.keys(additional).length === 0) {
    return main;
  }
  return typeof main === 'string' ? { default: main, ...additional } : { ...main, ...additional };
}

/** A string, or transformers' list of `{name, template}`. */
function fromJson(value: unknown, source: string): ChatTemplateSource | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value === 'string') {
    return value;
  }
  const entries: readonly unknown[] = Array.isArray(value)
    ? value
    : isJsonObject(value)
      ? toEntries(value)
      : [undefined];
  return Object.fromEntries(
    entries.map((entry) => {
      if (!isJsonObject(entry) || typeof entry.name !== 'string' || typeof entry.template !== 'string') {
        throw new ConfigurationError(`${source}: "chat_template" must be a string or a list of {name, template}`);
      }
      return [entry.name, entry.template];
    }),
  );
}

function toEntries(templates: JsonObject): JsonObject[] {
  return Object.entries(templates).map(([name, template]) => ({ name, template }));
}

async function readAdditional(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.jinja')).sort();
  const sources = await Promise.all(files.map((file) => readTextFile(join(folder, file))));
  return Object.fromEntries(files.map((file, i) => [basename(file, '.jinja'), sources[i] ?? '']));
}
