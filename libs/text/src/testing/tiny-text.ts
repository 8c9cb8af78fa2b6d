import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import type { Tokenizer } from '@app/tokenization';
import { tinyChatDirectory } from '@testing/tokenization';
import type { SamplingRequest, TextRequest } from '../text-request.js';
import { Text } from '../text.js';
import type { TextOptions } from '../text.js';
import { ScriptedEngine } from './scripted-engine.js';
import type { ScriptedEngineOptions, ScriptedStep } from './scripted-engine.js';

const model = await describeModel(tinyChatDirectory);

/** The tokenizer of tiny-chat, loaded once. */
export const tinyTokenizer: Tokenizer = await loadTokenizer(model);
/** The same for prompts of embeddings. */
const tinyEmbedsTokenizer: Tokenizer = await loadTokenizer(model, { promptEmbeds: true });

export interface TinyText {
  readonly text: Text;
  readonly engine: ScriptedEngine;
}

export interface TinyTextOptions extends Omit<Partial<TextOptions>, 'engine'> {
  readonly engine?: ScriptedEngineOptions | undefined;
  /** The same steps for every sample. */
  readonly steps?: readonly ScriptedStep[] | undefined;
}

/** A `Text` over tiny-chat (8,007 tokens, logits of 8,064, EOS 8002 and 8000, temperature 0.7, top_p 0.9) and an engine with a context of 512. */
export function tinyText({ engine: engineOptions, steps = [], ...options }: TinyTextOptions = {}): TinyText {
  const engine = new ScriptedEngine({ script: () => steps, ...engineOptions });
  const tokenizer = options.promptEmbeds ? tinyEmbedsTokenizer : tinyTokenizer;
  return { engine, text: new Text({ engine, tokenizer, model, now: () => 1000, ...options }) };
}

/** A request for `The capital of France`, 16 tokens, not streamed. */
export function textRequest({ sampling, ...request }: TextRequestPatch = {}): TextRequest {
  return {
    requestId: 'cmpl-1-0',
    prompt: { type: 'text', text: 'The capital of France', addSpecialTokens: true },
    stream: false,
    ...request,
    sampling: { maxTokensField: 'max_tokens', maxTokens: 16, ...sampling },
  };
}

export interface TextRequestPatch extends Omit<Partial<TextRequest>, 'sampling'> {
  readonly sampling?: Partial<SamplingRequest> | undefined;
}

/** One step per token. */
export function stepPerToken(ids: readonly number[], last: Partial<ScriptedStep> = {}): ScriptedStep[] {
  return ids.map((id, i) => ({ ids: [id], ...(i === ids.length - 1 ? last : {}) }));
}
