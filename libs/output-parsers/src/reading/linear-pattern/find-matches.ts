import type { PatternProgram } from './pattern.program.js';
import { PatternScanner } from './pattern.scanner.js';
import type { PatternMatch } from './pattern.scanner.js';

/** Every match in a whole text, one behind the other. */
export function* findMatches(program: PatternProgram, text: string): Generator<PatternMatch> {
  for (let at = 0; at < text.length;) {
    const scanner = new PatternScanner(program, at);
    const match = scanner.read(text, at) ?? scanner.finish();
    if (!match) return;
    yield match;
    at = match.end;
  }
}
