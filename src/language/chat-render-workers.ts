import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { RenderWorkers } from '@app/chat-template';
import { findPackageRoot } from '@app/model-repository';
import { ChatConfig } from '@server/config/index';

/** The worker threads for chat templates; they end with the application. */
@Injectable()
export class ChatRenderWorkers extends RenderWorkers implements OnModuleDestroy {
  constructor({ chatTemplateRenderTimeout }: ChatConfig) {
    super({
      entry: join(findPackageRoot(), 'dist/libs/chat-template/src/workers/render.worker.js'),
      timeoutMs: chatTemplateRenderTimeout * 1000,
    });
  }

  onModuleDestroy(): Promise<void> {
    return this.close();
  }
}
