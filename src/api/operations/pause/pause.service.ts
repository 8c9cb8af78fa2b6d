import { Inject, Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { UnsupportedError } from '@app/errors';
import { PATIENT } from '../shared/patient.js';
import type { PauseQuery } from './dto/pause-query.dto.js';

/** All of the state is the engines': another server may have changed it. */
@Injectable()
export class PauseService {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** Answers when nothing runs any more, or at once when requests stand still. */
  async pause({ mode, clear_cache: clearCache }: PauseQuery): Promise<void> {
    try {
      await this.engine.callEach('pause_generation', [mode, clearCache], PATIENT);
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      // Before vLLM 0.33 engines queue what comes meanwhile instead of refusing it.
      await this.engine.callEach('pause_scheduler', [mode, clearCache], PATIENT);
    }
  }

  async resume(): Promise<void> {
    await this.engine.callEach('resume_scheduler', [], PATIENT);
  }

  async isPaused(): Promise<boolean> {
    return (await this.engine.callEach('is_scheduler_paused', [])).includes(true);
  }
}
