import type { Chat } from '@app/chat';
import { InvalidRequestError } from '@app/errors';
import type { EngineConfig } from '@server/config/index';
import type { LoadedModel } from '@server/engine/loaded-model';
import { DIGITS, LETTERS, YES_NO } from './closed-question.js';
import { DecisionReads } from './decision-reads.js';
import { findLabelTokens } from './label-tokens.js';

/** Architectures whose chats answer with the label at once. DiffusionGemma and models made for one task are read in ways of their own, which are not here. */
const ARCHITECTURES: ReadonlySet<unknown> = new Set([
  'Qwen3ForCausalLM',
  'Qwen3_5ForConditionalGeneration',
  'Qwen3_5MoeForConditionalGeneration',
  'Gemma4ForCausalLM',
  'Gemma4ForConditionalGeneration',
  'Gemma4UnifiedForConditionalGeneration',
]);

/** Undefined when the model cannot be asked closed questions: its architecture, what its engine reports, its chat template or its tokenizer do not allow it. */
export async function createDecisionReads(
  chat: Chat,
  { description, tokenizer }: LoadedModel,
  { logprobsMode }: Pick<EngineConfig, 'logprobsMode'>,
): Promise<DecisionReads | undefined> {
  const { architectures } = description.config;
  const [architecture] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  if (!ARCHITECTURES.has(architecture) || !logprobsMode.endsWith('_logprobs')) return undefined;
  const promptTokenIds = await probe(chat, tokenizer);
  const labels = promptTokenIds && (await findLabelTokens(tokenizer, promptTokenIds, [LETTERS, YES_NO, DIGITS]));
  return labels && new DecisionReads(chat, labels);
}

/** Any prompt with thinking off: all end alike. Undefined when the model has no chats. */
async function probe(chat: Chat, tokenizer: LoadedModel['tokenizer']): Promise<readonly number[] | undefined> {
  try {
    const text = await chat.render({
      messages: [{ role: 'user', content: 'x' }],
      addGenerationPrompt: true,
      continueFinalMessage: false,
      kwargs: { enable_thinking: false },
    });
    return await tokenizer.encode(text, { addSpecialTokens: false });
  } catch (error) {
    if (error instanceof InvalidRequestError) return undefined;
    throw error;
  }
}
