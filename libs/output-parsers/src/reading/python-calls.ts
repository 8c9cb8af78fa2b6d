import { toJsonString } from './json-text.js';
import { PythonLiteralReader } from './python-literal.js';

export interface PythonCall {
  /** With dots, where it has some. */
  readonly name: string;
  /** JSON text of an object. */
  readonly arguments: string;
}

export interface PythonCalls {
  /** Those in front of the first thing that is none. */
  readonly calls: readonly PythonCall[];
  /** The text is calls and nothing else, and not cut off. */
  readonly complete: boolean;
}

/** How calls stand beside each other: `[f(), g()]`, or one behind the other. */
export type CallLayout = 'list' | 'sequence';

/**
 * Calls whose arguments are named literals, `f(a=1, b="x")`, as Python reads them (chat-inputs-and-parsers.md §4.2). `repairs`: where Python would not,
 * strings with line breaks or quotes in them, zeros in front of integers and arguments without names are taken as far as they say something.
 */
export function readPythonCalls(text: string, layout: CallLayout, repairs: boolean): PythonCalls {
  const read = new PythonCallReader(text, false).calls(layout);
  if (read.complete || !repairs) return read;
  return new PythonCallReader(text, true).calls(layout);
}

class PythonCallReader extends PythonLiteralReader {
  calls(layout: CallLayout): PythonCalls {
    const calls: PythonCall[] = [];
    if (layout === 'list' && !this.pass('[')) return { calls, complete: false };
    for (;;) {
      if (layout === 'list' ? this.pass(']') : this.atEnd) return { calls, complete: calls.length > 0 && this.atEnd };
      const call = this.call();
      if (call === undefined) return { calls, complete: false };
      calls.push(call);
      if (this.pass(',') || layout === 'sequence') continue;
      return { calls, complete: this.pass(']') && this.atEnd };
    }
  }

  private call(): PythonCall | undefined {
    const parts = [this.name()];
    while (this.pass('.')) parts.push(this.name());
    if (parts.includes(undefined) || !this.pass('(')) return undefined;
    const members = this.items(')', () => this.argument());
    return members && { name: parts.join('.'), arguments: `{${members.filter((member) => member !== '').join(', ')}}` };
  }

  /** A member of the arguments; empty: one without a name, which says nothing. */
  private argument(): string | undefined {
    const start = this.position;
    const name = this.name();
    if (name !== undefined && this.pass('=')) {
      const value = this.literal();
      return value && `${toJsonString(name)}: ${value}`;
    }
    if (!this.repairs) return undefined;
    this.position = start;
    return this.literal() === undefined ? undefined : '';
  }
}
