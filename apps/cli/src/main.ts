#!/usr/bin/env node
import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { packageVersion } from '@server/index';
import { CliModule } from './cli.module.js';
import { exitAfter } from './exit-code.js';

await CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'aerie',
  version: packageVersion(),
  // Commander would call the program after this file.
  helpConfiguration: {
    commandUsage: (command) => `aerie ${command.parent ? `${command.name()} ` : ''}${command.usage()}`,
  },
  errorHandler: exitAfter,
});

/** Nothing should keep the process alive now; what does in spite of that must not keep the port or the terminal. */
const LEFT_BEHIND_MS = 2_000;
setTimeout(() => process.exit(), LEFT_BEHIND_MS).unref();
