import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { expect, it } from 'vitest';
import { RouteTable } from './route-table.js';
import { Scope } from './scope.decorator.js';

@Controller('marked')
@Scope('infer')
class MarkedController {
  @Get()
  inherits(): void {}

  @Post()
  @Scope('open')
  decides(): void {}
}

@Controller('bare')
class BareController {
  @Get()
  nothing(): void {}

  @Post()
  @Scope('metrics')
  decides(): void {}
}

@Module({ controllers: [MarkedController, BareController] })
class RoutesModule {}

it('a method decides before its controller, and what nobody decides is for admins', async () => {
  const adapter = new FastifyAdapter({ exposeHeadRoutes: false });
  const table = new RouteTable();
  adapter
    .getInstance<FastifyInstance>()
    .addHook('onRoute', ({ method, url, config }) => table.add(url, [method].flat(), config?.scope));
  const app = await NestFactory.create(RoutesModule, adapter, { logger: false });
  await app.init();
  await app.close();
  expect(table.routes).toEqual([
    { method: 'GET', path: '/marked', scope: 'infer' },
    { method: 'POST', path: '/marked', scope: 'open' },
    { method: 'GET', path: '/bare', scope: 'admin' },
    { method: 'POST', path: '/bare', scope: 'metrics' },
  ]);
});
