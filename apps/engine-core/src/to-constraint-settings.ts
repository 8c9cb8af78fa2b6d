import type { ModelDescription } from '@app/model-repository';
import type { ConstraintSettings, ThoughtMarkers } from '@app/onnx-engine';
import { OutputGrammars } from '@app/structured-output';
import { loadTokenizer } from '@app/tokenization';
import type { EngineCoreOptions, ThoughtMarkerTexts } from './engine-core.options.js';

/** What outputs of a model can be held to. Throws `ConfigurationError` when its tokenizer is needed and cannot be used. */
export async function toConstraintSettings(
  model: ModelDescription,
  { compactJson, closedObjects, constrainThoughts, thoughtMarkers }: EngineCoreOptions,
): Promise<ConstraintSettings> {
  return {
    grammars: new OutputGrammars({ model, style: { anyWhitespace: !compactJson, closedObjects } }),
    thoughtMarkers: thoughtMarkers && (await toTokens(thoughtMarkers, model)),
    constrainThoughts,
  };
}

async function toTokens(
  { start, end, isImplicit }: ThoughtMarkerTexts,
  model: ModelDescription,
): Promise<ThoughtMarkers> {
  const tokenizer = await loadTokenizer(model);
  const encode = (marker: string): Promise<number[]> => tokenizer.encode(marker, { addSpecialTokens: false });
  return { start: await Promise.all(start.map(encode)), end: await Promise.all(end.map(encode)), isImplicit };
}
