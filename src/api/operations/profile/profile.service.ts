import { ConflictException, Inject, Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { PATIENT } from '../shared/patient.js';
import type { StartProfileRequest } from './dto/start-profile-request.dto.js';
import { checkProfile, toProfileArgs } from './profile.rules.js';

/** Profiling sessions of the engines, one at a time. Engines do not tell whether they profile: only this API server knows, so there is one. */
@Injectable()
export class ProfileService {
  private active = false;

  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** Throws `ConflictException` while a session runs. */
  async start(wishes: StartProfileRequest): Promise<void> {
    if (this.active) {
      throw new ConflictException(
        'A profiling session is already active. Call /stop_profile before starting another session.',
      );
    }
    checkProfile(wishes);
    const args = toProfileArgs(wishes, this.engine.info.vllmVersion);
    this.active = true;
    try {
      await this.engine.callEach('profile', args, PATIENT);
    } catch (error) {
      this.active = false;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.engine.callEach('profile', [false], PATIENT);
    this.active = false;
  }
}
