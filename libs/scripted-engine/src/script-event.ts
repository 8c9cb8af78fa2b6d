import type { EngineInit, FinishReason } from '@app/engine-protocol';

/** What the engine tells whoever scripts it. */
export type ScriptEvent =
  /** The front end's answer to HELLO. */
  | { readonly type: 'init'; readonly init: EngineInit }
  /** Front ends may send requests. */
  | { readonly type: 'ready' }
  /** An ADD as it came: payload and auxiliary frames. */
  | { readonly type: 'add'; readonly frames: readonly Buffer[] }
  | { readonly type: 'abort'; readonly requestIds: readonly string[] }
  | { readonly type: 'utility'; readonly method: string; readonly args: readonly unknown[] }
  /** Step `step` of the request's answer is on its way. */
  | {
      readonly type: 'step';
      readonly requestId: string;
      readonly step: number;
      readonly finishReason: FinishReason | undefined;
    }
  | { readonly type: 'died'; readonly reason: string };
