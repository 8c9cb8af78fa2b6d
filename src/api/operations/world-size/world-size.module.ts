import { Module } from '@nestjs/common';
import { WorldSizeController } from './world-size.controller.js';

@Module({ controllers: [WorldSizeController] })
export class WorldSizeModule {}
