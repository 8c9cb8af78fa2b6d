export { eachInTurns } from './each-in-turns.js';
export { inSlices } from './in-slices.js';
export { inTurns } from './in-turns.js';
export { receiveLoop } from './receive-loop.js';
export type { MessageSource } from './receive-loop.js';
export { Slots } from './slots.js';
export { within } from './within.js';
