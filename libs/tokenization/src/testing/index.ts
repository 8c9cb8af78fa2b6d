import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A model folder without weights: byte-level BPE of 8,007 entries, ChatML template, logits of 8,064. */
export const tinyChatDirectory = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/tiny-chat');

export { sentencePieceFile } from './sentence-piece-file.js';
