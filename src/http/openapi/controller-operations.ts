import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { RequestClass } from '../validation/index.js';
import { requestBodiesOf } from './reads-body.decorator.js';

/** What a controller tells of one of its routes. */
export interface Operation {
  /** Its family: the controller's name without its kind. */
  readonly tag: string;
  readonly id: string;
  /** The body is one of these; empty: unknown, or there is none. */
  readonly bodies: readonly RequestClass<object>[];
}

/** The operations of every controller of the application, by method and path: `POST /v1/completions`. */
export function controllerOperations(
  discovery: Pick<DiscoveryService, 'getControllers'>,
  scanner: Pick<MetadataScanner, 'getAllMethodNames'>,
): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const { metatype } of discovery.getControllers()) {
    if (typeof metatype !== 'function') continue;
    const controller = metatype.prototype as Record<string, object>;
    const tag = metatype.name.replace(/Controller$/, '');
    for (const name of scanner.getAllMethodNames(controller)) {
      const method = Reflect.getMetadata(METHOD_METADATA, controller[name]) as RequestMethod | undefined;
      if (method === undefined) continue;
      for (const path of pathsOf(metatype, controller[name])) {
        const operation = { tag, id: `${tag}_${name}`, bodies: requestBodiesOf(controller, name) };
        operations.set(`${RequestMethod[method]} ${path}`, operation);
      }
    }
  }
  return operations;
}

function pathsOf(controller: object, method: object): readonly string[] {
  const [prefixes, paths] = [controller, method].map((target) =>
    [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat(),
  );
  return prefixes.flatMap((prefix) =>
    paths.map(
      (path) =>
        `/${[prefix, path]
          .flatMap((part) => part.split('/'))
          .filter(Boolean)
          .join('/')}`,
    ),
  );
}
