import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { ConfigModule, ConfigService, registerAs } from '@nestjs/config';
import { configTopics, topicNames } from './server-config.js';
import type { ServerConfig } from './server-config.js';

/** Carries the loaded configuration into the container: inject a topic by its class (`HttpConfig`). */
@Module({})
export class ServerConfigModule {
  static for(config: ServerConfig): DynamicModule {
    const topics: Provider[] = topicNames.map((name) => ({
      provide: configTopics[name],
      useFactory: (service: ConfigService): unknown => service.getOrThrow(name),
      inject: [ConfigService],
    }));
    return {
      module: ServerConfigModule,
      global: true,
      imports: [
        ConfigModule.forRoot({
          isGlobal: true,
          ignoreEnvFile: true,
          skipProcessEnv: true,
          load: topicNames.map((name) => registerAs(name, () => config[name])),
        }),
      ],
      providers: topics,
      exports: [...topics, ConfigModule],
    };
  }
}
