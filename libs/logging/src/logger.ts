import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';

/** The part of pino's logger that the codebase uses. Facts go in the object, the sentence in the message; never a prompt or a key. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly level?: LogLevel | undefined;
  /** `text`: one readable line. `json`: one JSON object a line, for collectors. */
  readonly format?: 'text' | 'json' | undefined;
  /** Where lines go; default: standard error, so that standard output stays the program's own. */
  readonly destination?: DestinationStream | undefined;
  /** In every line: which of several processes writes it. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

export function createLogger({ level = 'info', format = 'text', destination, facts }: LoggerOptions = {}): Logger {
  const lines = destination ?? pino.destination({ dest: 2, sync: true });
  return pino({ level, base: facts ?? null }, format === 'json' ? lines : textLines(lines));
}

/** For tests and for libs used without a server. */
export const silentLogger: Logger = createLogger({ level: 'silent' });

const LEVEL_NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };

/** Turns pino's JSON into `12:34:56.789 info  message key=value`. */
function textLines(lines: DestinationStream): DestinationStream {
  return {
    write(json: string): void {
      const { level, time, msg, ...facts } = JSON.parse(json) as { level: number; time: number; msg?: string };
      const clock = new Date(time).toISOString().slice(11, 23);
      const rest = Object.entries(facts).map(([key, value]) => ` ${key}=${factText(value)}`);
      lines.write(
        `${clock} ${(LEVEL_NAMES[level] ?? String(level)).padEnd(5)} ${escaped(msg ?? '')}${rest.join('')}\n`,
      );
    },
  };
}

/** Control characters are escaped: nothing a client sends can forge a line. */
function factText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\x21-\x7e]+$/.test(text) && !text.includes('"') ? text : escaped(JSON.stringify(value));
}

/** What moves a terminal's cursor, colours it, ends a line or turns the direction of writing, as JSON has it: `\\u001b`. */
function escaped(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
