import { ConfigurationError } from '@app/errors';

/** When a fault begins: after so many steps, at that request, at once without either. Both count from 1, since the engine exists. */
interface FaultTime {
  readonly afterStep?: number | undefined;
  readonly atRequest?: number | undefined;
}

const GARBAGE_FORMS = ['undecodable', 'wrong-types', 'huge'] as const;
export type GarbageForm = (typeof GARBAGE_FORMS)[number];

/** Faults that take nothing but a time. */
const PLAIN_KINDS = [
  'hang',
  'deaf',
  'mute',
  'death',
  'exit',
  'wrong-ids',
  'wrong-index',
  'duplicate-finish',
  'start-death',
  'never-ready',
] as const;
type PlainKind = (typeof PLAIN_KINDS)[number];

/** What an engine does wrong (README.md, "Faults"). */
export type Fault = FaultTime &
  (
    | { readonly kind: Exclude<PlainKind, 'death' | 'deaf'> }
    | { readonly kind: 'death' | 'deaf' }
    | { readonly kind: 'garbage'; readonly form: GarbageForm }
    | { readonly kind: 'slow'; readonly delayMs: number }
  );
export type FaultKind = Fault['kind'];
/** Needs the sockets. */
export type WireFault = Extract<Fault, { readonly kind: 'death' | 'deaf' | 'garbage' }>;

const KINDS: readonly FaultKind[] = [...PLAIN_KINDS, 'garbage', 'slow'];
const DEFAULT_DELAY_MS = 1000;
const FORM = /^([a-z-]+)(?::([^@]*))?(?:@(step|request)=([1-9]\d{0,8}))?$/;

/** Reads `KIND[:DETAIL][@step=N|@request=N]`. Throws `ConfigurationError` that says what would be possible. */
export function toFault(text: string): Fault {
  const [, name, detail, event, count] = FORM.exec(text) ?? [];
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined) {
    const form = 'KIND[:DETAIL][@step=N|@request=N]';
    throw new ConfigurationError(`the fault "${text}" is not ${form}, with KIND one of ${KINDS.join(', ')}`);
  }
  if (event !== undefined && (kind === 'start-death' || kind === 'never-ready')) {
    throw new ConfigurationError(`the fault "${text}" has a time, but it belongs to the start`);
  }
  const time = event === 'step' ? { afterStep: Number(count) } : event && { atRequest: Number(count) };
  return { ...withDetail(kind, detail), ...(time || {}) };
}

function withDetail(kind: FaultKind, detail: string | undefined): Fault {
  if (kind === 'slow') return { kind, delayMs: toDelay(detail) };
  if (kind === 'garbage') return { kind, form: toForm(detail) };
  if (detail !== undefined) throw new ConfigurationError(`the fault ${kind} takes no detail, got "${detail}"`);
  return { kind };
}

function toDelay(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DELAY_MS;
  if (!/^\d{1,9}$/.test(text)) throw new ConfigurationError(`the fault slow takes milliseconds, got "${text}"`);
  return Number(text);
}

function toForm(text: string = GARBAGE_FORMS[0]): GarbageForm {
  const form = GARBAGE_FORMS.find((known) => known === text);
  if (form !== undefined) return form;
  throw new ConfigurationError(`the fault garbage takes one of ${GARBAGE_FORMS.join(', ')}, got "${text}"`);
}
