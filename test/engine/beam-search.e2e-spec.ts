import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

let aerie: AerieProcess;
beforeAll(async () => {
  aerie = await startAerie();
});
afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

interface Choice {
  readonly text: string;
  readonly token_ids: readonly number[];
  readonly finish_reason: string;
  readonly logprobs: { readonly token_logprobs: readonly number[] };
  readonly weight_versions: unknown;
}

async function complete(more: object): Promise<readonly Choice[]> {
  const response = await fetch(`${aerie.url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'The capital of France is', max_tokens: 8, return_token_ids: true, ...more }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { choices: readonly Choice[] }).choices;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('beam search over the shipped model', () => {
  it('gives different texts, best first, and none worse than the greedy one', async () => {
    const [greedy] = await complete({ temperature: 0, logprobs: 0, ignore_eos: true });
    const beams = await complete({
      ...{ use_beam_search: true, n: 4, length_penalty: 0, temperature: 0, logprobs: 0, ignore_eos: true },
    });
    const scores = beams.map(({ logprobs }) => sum(logprobs.token_logprobs));
    expect(beams).toHaveLength(4);
    expect(new Set(beams.map(({ token_ids }) => token_ids.join(' '))).size).toBe(4);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    // Rounding may differ between batches.
    expect(scores[0]).toBeGreaterThan(sum(greedy.logprobs.token_logprobs) - 1e-3);
  });

  it('is greedy with one beam', async () => {
    const [greedy] = await complete({ temperature: 0 });
    const [beam] = await complete({ use_beam_search: true, temperature: 0, length_penalty: 0, ignore_eos: false });
    const shared = Math.min(greedy.token_ids.length, beam.token_ids.length);
    expect(beam.token_ids.slice(0, shared)).toEqual(greedy.token_ids.slice(0, shared));
    expect(shared).toBeGreaterThan(0);
  });

  it('takes allowed tokens only', async () => {
    const allowed = [65, 66, 67];
    const beams = await complete({ use_beam_search: true, n: 3, allowed_token_ids: allowed, ignore_eos: true });
    expect(beams).toHaveLength(3);
    expect(beams.flatMap(({ token_ids }) => token_ids).every((id) => allowed.includes(id))).toBe(true);
  });
});

describe('the shipped engine', () => {
  it('names its weights', async () => {
    const [{ weight_versions }] = await complete({ return_weight_versions: true, ignore_eos: true });
    expect(weight_versions).toEqual([{ version: 'default', start: 0, end: 8 }]);
  });
});
