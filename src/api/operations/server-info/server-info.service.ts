import { arch, cpus, release, totalmem, type } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Engine } from '@app/engine-protocol';
import type { EngineInfo } from '@app/engine-protocol';
import { shownOptions } from '@server/config/index';
import { toVllmEnvironment } from './to-vllm-environment.js';

type ConfigTopics = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Body of `GET /server_info`, under vLLM's names. */
export interface ServerInfo {
  readonly vllm_config: string | ConfigTopics;
  readonly vllm_env: Readonly<Record<string, string>>;
  readonly system_env: Readonly<Record<string, string>>;
}

@Injectable()
export class ServerInfoService {
  constructor(
    private readonly config: ConfigService,
    @Inject(Engine) private readonly engine: Engine,
  ) {}

  info(format: 'text' | 'json'): ServerInfo {
    const topics: ConfigTopics = {
      ...shownOptions((topic) => this.config.getOrThrow(topic)),
      engine_info: toFacts(this.engine),
    };
    return {
      vllm_config: format === 'json' ? topics : toText(topics),
      vllm_env: toVllmEnvironment(process.env),
      system_env: systemFacts(),
    };
  }
}

/** What the engines told of themselves. */
function toFacts({ info, engineCount, supportedTasks }: Engine): Readonly<Record<string, unknown>> {
  const { kvEventSources: _kvEventSources, ...facts }: EngineInfo = info;
  return { ...facts, engineCount, supportedTasks };
}

/** `model.maxModelLen=8192, …` */
function toText(topics: ConfigTopics): string {
  return Object.entries(topics)
    .flatMap(([topic, options]) =>
      Object.entries(options).map(([name, value]) => `${topic}.${name}=${JSON.stringify(value ?? null)}`),
    )
    .join(', ');
}

function systemFacts(): Readonly<Record<string, string>> {
  const processors = cpus();
  return {
    os: `${type()} ${release()} (${arch()})`,
    node_version: process.version,
    cpu_info: `${processors.length} x ${processors[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 20)} MiB`,
  };
}
