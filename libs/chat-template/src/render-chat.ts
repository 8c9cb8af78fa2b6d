import type { RenderOptions } from '@app/jinja';
import type { EncodableText } from '@app/tokenization';
import { type ChatRenderInput, ChatTemplate, type SpecialTokens } from './chat-template.js';
import { createEncoder, type EncoderChoice } from './encoders/encoders.catalog.js';

/** Everything a render needs, as plain data that can be sent to a worker thread. */
export type ChatRenderJob = TemplateJob | EncoderJob;

export interface TemplateJob {
  readonly template: string;
  readonly specialTokens: SpecialTokens;
  readonly input: ChatRenderInput;
  readonly options?: RenderOptions | undefined;
}

export interface EncoderJob {
  readonly encoder: EncoderChoice;
  readonly input: ChatRenderInput;
}

const maxCompiled = 16;
const compiled = new Map<string, ChatTemplate>();

/** Renders a job; the last templates stay compiled. @throws as `ChatTemplate` and `PromptEncoder` do */
export function renderChat(job: ChatRenderJob): EncodableText {
  if ('encoder' in job) return createEncoder(job.encoder).render(job.input);
  const { template, specialTokens, input, options } = job;
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
