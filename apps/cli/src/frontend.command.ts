import { Command, CommandRunner } from 'nest-commander';
import { frontend } from '@server/index';

/** `aerie frontend …`: run by `vllm serve`, whose flags it reads itself. */
@Command({
  name: 'frontend',
  description: 'serve HTTP for the engines of `vllm serve`, which starts this command itself (VLLM_RUST_FRONTEND_PATH)',
  arguments: '[arguments...]',
  allowUnknownOptions: true,
  allowExcessArgs: true,
})
export class FrontendCommand extends CommandRunner {
  override setCommand(command: Parameters<CommandRunner['setCommand']>[0]): this {
    command.helpOption(false).passThroughOptions();
    return super.setCommand(command);
  }

  async run(): Promise<void> {
    // Whatever ends this process without a word is a failure: the launcher takes 0 for a wanted end.
    process.exitCode = 1;
    const start = process.argv.indexOf('frontend');
    process.exitCode = await frontend({ argv: process.argv.slice(start + 1), env: process.env });
  }
}
