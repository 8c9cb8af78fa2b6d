import { Inject, Injectable } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { InvalidRequestError } from '@app/errors';
import { ControlMetrics, EngineMetrics } from '@app/metrics';
import { PATIENT } from '../shared/patient.js';
import type { SleepQuery } from './dto/sleep-query.dto.js';

export interface SleepAnswer {
  readonly status: 'sleeping';
  readonly level: number;
}

export interface WakeAnswer {
  /** `sleeping` while some part still is. */
  readonly status: 'awake' | 'sleeping';
  readonly tags: readonly string[] | null;
}

const TAGS = ['weights', 'kv_cache', 'scheduling'];

/** All of the state is the engines': another server may have changed it. */
@Injectable()
export class SleepService {
  constructor(
    @Inject(Engine) private readonly engine: Engine,
    private readonly metrics: ControlMetrics,
    /** Undefined: no statistics are wanted. */
    @Inject(EngineMetrics) private readonly engineMetrics: EngineMetrics | undefined,
  ) {}

  async sleep({ level, mode }: SleepQuery): Promise<SleepAnswer> {
    await this.metrics.timeSleep('sleep', () => this.engine.callEach('sleep', [level, mode], PATIENT));
    this.engineMetrics?.observeSleep(level);
    return { status: 'sleeping', level };
  }

  /** No tags: everything wakes. Throws `InvalidRequestError` for a tag that nobody knows: it would leave the engine asleep with a 200. */
  async wakeUp(given: readonly string[]): Promise<WakeAnswer> {
    const unknown = given.find((tag) => !TAGS.includes(tag));
    if (unknown !== undefined) {
      throw new InvalidRequestError(`Unknown tag; the tags are ${TAGS.join(', ')}.`, { param: 'tags', value: unknown });
    }
    const tags = given.length === 0 ? null : given;
    const answers = await this.metrics.timeSleep('wake', () => this.engine.callEach('wake_up', [tags], PATIENT));
    if (!(await this.areAwake(answers))) return { status: 'sleeping', tags };
    this.engineMetrics?.observeSleep(undefined);
    return { status: 'awake', tags };
  }

  async isSleeping(): Promise<boolean> {
    return (await this.engine.callEach('is_sleeping', [])).includes(true);
  }

  async releaseKvCacheMemory(): Promise<void> {
    const release = () => this.engine.callEach('release_kv_cache_memory', [], PATIENT);
    await this.metrics.timeSleep('release_kv_cache_memory', release);
  }

  /** Before vLLM 0.31 an engine does not tell when it wakes. */
  private async areAwake(answers: readonly unknown[]): Promise<boolean> {
    return answers.every((answer) => typeof answer === 'boolean')
      ? !answers.includes(false)
      : !(await this.isSleeping());
  }
}
