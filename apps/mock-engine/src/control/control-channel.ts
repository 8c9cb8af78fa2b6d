import type { Readable, Writable } from 'node:stream';
import type { EngineEvent } from '../engine-event.js';
import type { ScriptedEngineCore } from '../scripted-engine-core.js';
import { toCommand } from './to-command.js';
import type { Command } from './to-command.js';
import { toEventLine } from './to-event-line.js';

/** The talk between the engine and whoever scripts it: JSON lines, commands in, events and one reply to each command out. */
export class ControlChannel {
  constructor(private readonly output: Writable) {}

  tell(event: EngineEvent): void {
    this.output.write(`${toEventLine(event)}\n`);
  }

  /** Obeys every line from here on. A line that is no command gets a reply that says why, and changes nothing. */
  obey(input: Readable, core: ScriptedEngineCore): void {
    let rest = '';
    input.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((candidate) => candidate.trim() !== '')) this.take(line, core);
    });
  }

  private take(line: string, core: ScriptedEngineCore): void {
    let id: unknown;
    try {
      const parsed = JSON.parse(line) as { readonly id?: unknown } | null;
      id = parsed?.id;
      run(toCommand(parsed), core);
      this.reply({ id });
    } catch (error) {
      this.reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private reply(reply: { readonly id: unknown; readonly error?: string }): void {
    this.output.write(`${JSON.stringify({ type: 'reply', ...reply })}\n`);
  }
}

function run(command: Command, core: ScriptedEngineCore): void {
  switch (command.type) {
    case 'play':
      core.play(command.script);
      return;
    case 'next':
      core.hurry();
      return;
    case 'release':
      core.release();
      return;
    case 'sync':
      return;
  }
}
