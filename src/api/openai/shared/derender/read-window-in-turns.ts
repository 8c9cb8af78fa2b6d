import type { GeneratedElsewhere, GeneratedTokens, ReadingSampling, TextWindow } from '@app/text';
import { readInTurns } from './read-in-turns.js';

export interface WindowReading {
  readonly elsewhere: Pick<GeneratedElsewhere, 'readOn'>;
  readonly sampling: ReadingSampling;
}

/** `GeneratedElsewhere.readOn`, a part of the tokens in each turn of the event loop. */
export async function readWindowInTurns(
  window: TextWindow,
  tokens: GeneratedTokens,
  { elsewhere, sampling }: WindowReading,
): Promise<ReturnType<GeneratedElsewhere['readOn']>> {
  let at = window;
  const steps = await readInTurns(tokens, (part) => {
    const step = elsewhere.readOn(at, part, sampling);
    at = step.window;
    return step;
  });
  return { text: steps.map(({ text }) => text).join(''), stopReason: steps.at(-1)?.stopReason, window: at };
}
