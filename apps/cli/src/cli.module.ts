import { Module } from '@nestjs/common';
import { FrontendCommand } from './frontend.command.js';
import { ServeCommand } from './serve.command.js';

/** Every subcommand of `aerie`. */
@Module({ providers: [FrontendCommand, ServeCommand] })
export class CliModule {}
