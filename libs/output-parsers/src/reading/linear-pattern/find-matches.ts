import type { PatternProgram } from './pattern.program.js';
import { PatternScanner } from './pattern.scanner.js';
import type { PatternMatch } from './pattern.scanner.js';

/** Every match in a whole text, one behind the other. */
export function* findMatches(program: PatternProgram, text: string): Generator<PatternMatch> {
  let scanner = new PatternScanner(program, 0);
  for (let at = 0; at < text.length;) {
    let match = scanner.read(text.charCodeAt(at));
    at += 1;
    if (at === text.length) match ??= scanner.finish();
    if (!match) continue;
    yield match;
    at = match.end;
    scanner = new PatternScanner(program, at);
  }
}
