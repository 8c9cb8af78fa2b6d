import { Module } from '@nestjs/common';
import { FrontendCommand } from './frontend.command.js';
import { LayoutsCommand } from './layouts/layouts.command.js';
import { ServeCommand } from './serve.command.js';

/** Every subcommand of `aerie`. */
@Module({ providers: [FrontendCommand, LayoutsCommand, ServeCommand] })
export class CliModule {}
