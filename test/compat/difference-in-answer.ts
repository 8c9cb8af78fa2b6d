import type { Answer } from './ask.js';
import type { RecordedResponse } from './corpus.js';
import type { Normaliser } from './normalise.js';

/** Says how an answer differs from the record; undefined when it is equal to the byte, or to the kind of its error with `loose`. */
export function differenceInAnswer(
  want: RecordedResponse,
  got: Answer,
  { normaliser, loose }: { readonly normaliser: Normaliser; readonly loose: boolean },
): string | undefined {
  if (got.status !== want.status) return `status ${got.status}, not ${want.status}: ${got.text.slice(0, 200)}`;
  for (const [name, value] of Object.entries(want.headers)) {
    const given = normaliser.normalise(`"${String(got.headers[name])}"`).slice(1, -1);
    if (given !== value) return `header ${name}: ${given}, not ${value}`;
  }
  if (got.cut !== (want.cut ?? false)) return got.cut ? 'cut inside the body' : 'not cut inside the body';
  const text = normaliser.normalise(got.text);
  const wanted = want.sse?.map((event) => event.replace(/^…/, () => want.sse_prefix ?? '…')) ?? [want.body ?? ''];
  const given = want.sse ? toEvents(text) : [text];
  if (given.length !== wanted.length) return `${given.length} events, not ${wanted.length}`;
  const at = wanted.findIndex((event, index) => !isEqual(event, given[index], loose));
  return at < 0 ? undefined : `${given[at]}\n  is not\n${wanted[at]}`;
}

/** The events, each without its closing empty line; what stands after the last one is one more. */
function toEvents(text: string): readonly string[] {
  const events = text.split('\n\n');
  return events.at(-1) === '' ? events.slice(0, -1) : events;
}

function isEqual(want: string, got: string, loose: boolean): boolean {
  return want === got || (loose && kindOfError(want) !== undefined && kindOfError(want) === kindOfError(got));
}

function kindOfError(text: string): string | undefined {
  const match = /"type": ?"([^"]*)".*"code": ?(\d+)/s.exec(text);
  return match ? `${match[1]} ${match[2]}` : undefined;
}
