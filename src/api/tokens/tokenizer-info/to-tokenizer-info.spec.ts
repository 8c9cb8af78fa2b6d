import { describe, expect, it } from 'vitest';
import { toTokenizerInfo } from './to-tokenizer-info.js';

describe('toTokenizerInfo', () => {
  it('shows added tokens as text, hides files, and prefers the server’s template', () => {
    const tokenizerConfig = {
      tokenizer_class: 'PreTrainedTokenizerFast',
      vocab_file: 'vocab.json',
      eos_token: { content: '</s>', lstrip: false },
      added_tokens_decoder: { '1': { content: '<a>', special: true } },
      additional_special_tokens: [{ content: '<a>' }, '<b>'],
    };
    expect(toTokenizerInfo({ tokenizerConfig, chatTemplate: 'model' }, 'server')).toEqual({
      tokenizer_class: 'PreTrainedTokenizerFast',
      eos_token: '</s>',
      added_tokens_decoder: { '1': '<a>' },
      additional_special_tokens: ['<a>', '<b>'],
      chat_template: 'server',
    });
  });
});
