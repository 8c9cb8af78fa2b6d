import type { CallHeader } from '../call-writer.js';

/** Hears of calls as soon as their parts are certain. */
export interface CallListener {
  start(header: CallHeader): void;
  /** The next piece of the arguments, as the model wrote them. */
  argument(text: string): void;
  /** The call is complete; it may have had no arguments. */
  end(): void;
}

/** Reads the JSON text of one or more calls in pieces. */
export interface CallReader {
  /** `no-call`: what is there says no call; `broken`: an object that is no JSON. Nothing is read in either state, nor when it is `complete`. */
  readonly state: 'reading' | 'complete' | 'no-call' | 'broken';
  /** The listener heard of a call. */
  readonly started: boolean;
  /** What was read and of which no call has come. */
  readonly pending: string;
  /** What is pending has a function's name in it, or the key of one. */
  readonly promising: boolean;
  /** Index behind the last character that belongs to the calls, or that of the one which cannot. */
  read(text: string): number;
}
