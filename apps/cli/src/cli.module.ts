import { Module } from '@nestjs/common';
import { LayoutsCommand } from './layouts/layouts.command.js';
import { ServeCommand } from './serve.command.js';

/** Every subcommand of `aerie`. */
@Module({ providers: [ServeCommand, LayoutsCommand] })
export class CliModule {}
