import { Module } from '@nestjs/common';
import { ScaleOutClosedController } from './scale-out-closed.controller.js';

@Module({ controllers: [ScaleOutClosedController] })
export class ScaleOutClosedModule {}
