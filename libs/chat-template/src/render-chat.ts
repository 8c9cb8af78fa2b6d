import type { RenderOptions } from '@app/jinja';
import { type ChatRenderInput, ChatTemplate, type SpecialTokens } from './chat-template.js';

/** Everything a render needs, as plain data that can be sent to a worker thread. */
export interface ChatRenderJob {
  readonly template: string;
  readonly specialTokens: SpecialTokens;
  readonly input: ChatRenderInput;
  readonly options?: RenderOptions | undefined;
}

const maxCompiled = 16;
const compiled = new Map<string, ChatTemplate>();

/** Renders a job; the last templates stay compiled. @throws as `ChatTemplate` does */
export function renderChat({ template, specialTokens, input, options }: ChatRenderJob): string {
  const key = JSON.stringify([template, specialTokens]);
  const known = compiled.get(key) ?? new ChatTemplate(template, specialTokens);
  compiled.delete(key);
  compiled.set(key, known);
  if (compiled.size > maxCompiled) {
    const oldest = compiled.keys().next();
    compiled.delete(oldest.value ?? key);
  }
  return known.render(input, options);
}
