import type { ScriptEvent } from '@app/scripted-engine';

/** An event of the engine of that rank as a line of standard output, without its end; frames in base64. */
export function toEventLine(event: ScriptEvent, rank: number): string {
  return JSON.stringify({ ...toFields(event), rank }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function toFields(event: ScriptEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'init':
      return { type: event.type, parallel_config: event.init.parallelConfig };
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
