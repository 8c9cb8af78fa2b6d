import { Module } from '@nestjs/common';
import { PauseController } from './pause.controller.js';
import { PauseService } from './pause.service.js';

@Module({ controllers: [PauseController], providers: [PauseService] })
export class PauseModule {}
