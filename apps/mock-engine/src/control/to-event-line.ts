import type { EngineEvent } from '../engine-event.js';

/** An event as a line of standard output, without its end; frames in base64. */
export function toEventLine(event: EngineEvent): string {
  return JSON.stringify(toFields(event), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

function toFields(event: EngineEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'add':
      return { type: event.type, frames: event.frames.map((frame) => frame.toString('base64')) };
    case 'abort':
      return { type: event.type, request_ids: event.requestIds };
    case 'step':
      return { type: event.type, request_id: event.requestId, step: event.step, finish: event.finishReason };
    case 'ready':
    case 'utility':
    case 'died':
      return { ...event };
  }
}
