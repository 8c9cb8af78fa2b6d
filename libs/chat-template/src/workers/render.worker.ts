import type { ChatRenderJob } from '../render-chat.js';
import { toRenderOutcome } from './render-outcome.js';
import type { RenderOutcome } from './render-outcome.js';

/** Entry point of the worker threads of `RenderWorkers`. */
export default function render(job: ChatRenderJob): RenderOutcome {
  return toRenderOutcome(job);
}
