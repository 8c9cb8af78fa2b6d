#!/usr/bin/env node
import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { packageVersion } from '@server/index';
import { CliModule } from './cli.module.js';

await CommandFactory.run(CliModule, {
  logger: false,
  cliName: 'aerie',
  version: packageVersion(),
  // Commander would call the program after this file.
  helpConfiguration: {
    commandUsage: (command) => `aerie ${command.parent ? `${command.name()} ` : ''}${command.usage()}`,
  },
  errorHandler: (error) => {
    // Commander has written its own line for what it refuses.
    process.exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1;
  },
});

/** Nothing should keep the process alive now; what does in spite of that must not keep the port or the terminal. */
const LEFT_BEHIND_MS = 2_000;
setTimeout(() => process.exit(), LEFT_BEHIND_MS).unref();
