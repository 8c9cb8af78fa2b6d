/** What happens to requests that run: they are ended, they end by themselves, or they stand still. */
export const PAUSE_MODES = ['abort', 'wait', 'keep'] as const;
export type PauseMode = (typeof PAUSE_MODES)[number];
