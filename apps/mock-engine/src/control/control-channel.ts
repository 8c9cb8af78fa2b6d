import type { Readable, Writable } from 'node:stream';
import { InvalidRequestError } from '@app/errors';
import type { ScriptedEngine, ScriptEvent } from '@app/scripted-engine';
import { toCommand } from './to-command.js';
import type { Command } from './to-command.js';
import { toEventLine } from './to-event-line.js';

/** The talk between the engines of a process and whoever scripts them: JSON lines, commands in, events and one reply to each command out. */
export class ControlChannel {
  constructor(private readonly output: Writable) {}

  tell(event: ScriptEvent, rank: number): void {
    this.output.write(`${toEventLine(event, rank)}\n`);
  }

  /**
   * Obeys every line from here on, once the engines are there; they are known by rank. A line that is no command gets a reply that says why,
   * and changes nothing.
   */
  obey(input: Readable, engines: Promise<ReadonlyMap<number, ScriptedEngine>>): void {
    let rest = '';
    input.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const commands = lines.filter((line) => line.trim() !== '');
      // Whoever starts the engines hears of it when that fails.
      engines.then(
        (served) => commands.forEach((line) => this.take(line, served)),
        () => undefined,
      );
    });
  }

  private take(line: string, engines: ReadonlyMap<number, ScriptedEngine>): void {
    let id: unknown;
    try {
      const parsed = JSON.parse(line) as { readonly id?: unknown } | null;
      id = parsed?.id;
      const { command, rank } = toCommand(parsed);
      const addressed = [...engines].filter(([own]) => rank === undefined || rank === own);
      if (addressed.length === 0) {
        throw new InvalidRequestError(`rank must be one of ${[...engines.keys()].join(', ')}`, { param: 'rank' });
      }
      for (const [, engine] of addressed) run(command, engine);
      this.reply({ id });
    } catch (error) {
      this.reply({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  private reply(reply: { readonly id: unknown; readonly error?: string }): void {
    this.output.write(`${JSON.stringify({ type: 'reply', ...reply })}\n`);
  }
}

function run(command: Command, { core, faults }: ScriptedEngine): void {
  switch (command.type) {
    case 'play':
      return core.play(command.script);
    case 'next':
      return core.hurry();
    case 'release':
      return core.release();
    case 'fault':
      return faults.inject(command.fault);
    case 'heal':
      return faults.heal();
    case 'sync':
      return;
  }
}
