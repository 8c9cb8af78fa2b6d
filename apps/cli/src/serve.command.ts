import { Command, CommandRunner } from 'nest-commander';
import { main } from '@server/index';

/** `aerie serve [MODEL] [options]`. The options are read by the server's own loader, which knows vLLM's rules; Commander only finds the command. */
@Command({
  name: 'serve',
  description: 'serve a model over the OpenAI API (aerie serve --help lists the options)',
  arguments: '[arguments...]',
  allowUnknownOptions: true,
  allowExcessArgs: true,
})
export class ServeCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]): this {
    command.helpOption(false).passThroughOptions();
    return super.setCommand(command);
  }

  async run(): Promise<void> {
    const start = process.argv.indexOf('serve');
    process.exitCode = await main({ argv: process.argv.slice(start + 1), env: process.env });
  }
}
