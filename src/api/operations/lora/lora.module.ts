import { Module } from '@nestjs/common';
import { LoraController } from './lora.controller.js';

@Module({ controllers: [LoraController] })
export class LoraModule {}
