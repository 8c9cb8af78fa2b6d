import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

let aerie: AerieProcess;

beforeAll(async () => {
  aerie = await startAerie(['--max-num-seqs', '8']);
});

afterAll(() => aerie.stop());

async function tokens(body: object): Promise<number[]> {
  const response = await fetch(`${aerie.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ max_tokens: 32, ignore_eos: true, return_token_ids: true, ...body }),
  });
  const { choices } = (await response.json()) as { choices: { token_ids: number[] }[] };
  return choices[0].token_ids;
}

const prompts = ['Hello', 'What is Aerie?', '1, 2, 3,', 'Spell cat.', 'What is 3 plus 4? Say it slowly, please.', 'a'];

describe('a request in a batch', () => {
  it.each([
    ['at temperature 0', { temperature: 0 }],
    ['with a seed', { temperature: 1, seed: 1234, top_p: 0.95 }],
    ['with a seed and penalties', { temperature: 0.8, seed: -5, presence_penalty: 0.5, repetition_penalty: 1.1 }],
  ])('gives the same tokens as alone %s', async (_, sampling) => {
    const alone: number[][] = [];
    for (const prompt of prompts) alone.push(await tokens({ prompt, ...sampling }));
    const noise = Array.from({ length: 3 }, () => tokens({ prompt: 'noise', temperature: 1.5 }));
    const together = await Promise.all(prompts.map((prompt) => tokens({ prompt, ...sampling })));
    await Promise.all(noise);
    expect(together).toEqual(alone);
  });
});
