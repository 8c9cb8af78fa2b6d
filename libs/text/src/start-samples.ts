import type { TextGeneration } from './prepared-text.js';
import type { RunningRequests } from './running-requests.js';
import { SampleStream } from './sample-stream.js';
import type { TextDelta, TextSink } from './text-delta.js';
import type { TextParts } from './text-parts.js';
import { TextRun } from './text-run.js';
import { checkAtStart, toEngineRequests } from './to-engine-requests.js';
import type { CheckedRequest } from './to-engine-requests.js';

/** Sends one request per sample to the engine; while they run they can be cancelled. Throws what `checkAtStart` and the engine throw. */
export function startSamples(
  checked: CheckedRequest,
  sink: TextSink,
  { running, ...parts }: TextParts & { readonly running: RunningRequests },
): TextGeneration {
  const { request, arrivalTime, promptTokenIds, promptEmbeds, sampling } = checked;
  const { engine, tokenizer, texts, listener, now, limits } = parts;
  checkAtStart(checked, parts);
  const run: TextRun<TextDelta> = new TextRun<TextDelta>({
    engine,
    sink,
    listener,
    requests: toEngineRequests(checked, parts),
    createReader: (engineRequest, index) =>
      new SampleStream({
        index,
        sampling: engineRequest.sampling,
        // Rows have no text that the answer could go on from.
        promptTokenIds: promptEmbeds && !promptEmbeds.isTokenId ? [] : promptTokenIds,
        tokenizer,
        shownTokenIds: request.shownTokenIds,
        texts,
        stream: request.stream,
        streamInterval: Math.max(sampling.streamInterval ?? 1, limits.streamInterval),
      }),
    timer: { arrivalTime, now, promptTokens: promptTokenIds.length, maxTokens: sampling.maxTokens },
    onEnd: (): void => running.remove(request.requestId, run),
  });
  running.add(request.requestId, run);
  return run.start();
}
