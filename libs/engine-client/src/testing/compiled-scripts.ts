/**
 * Lets plain `node` run this repository's TypeScript, for tests that need a process of their own: `node --import <this file> script.mjs`.
 * The hooks run in a thread that does not keep the process alive.
 */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
