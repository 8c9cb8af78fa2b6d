import { Module } from '@nestjs/common';
import { ServeCommand } from './serve.command.js';

/** Every subcommand of `aerie`. */
@Module({ providers: [ServeCommand] })
export class CliModule {}
