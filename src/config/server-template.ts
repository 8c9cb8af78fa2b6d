import { join } from 'node:path';
import { resolveTemplateFlag } from '@app/chat-template';
import { findPackageRoot } from '@app/model-repository';
import type { ChatConfig } from './chat.config.js';

/** The text of `--chat-template`: of a file, of a template that ships with the server, or itself. Throws `ConfigurationError`. */
export function readServerTemplate({ chatTemplate }: Pick<ChatConfig, 'chatTemplate'>): string | undefined {
  if (chatTemplate === undefined) return undefined;
  return resolveTemplateFlag(chatTemplate, join(findPackageRoot(), 'libs/chat-template/templates'));
}
