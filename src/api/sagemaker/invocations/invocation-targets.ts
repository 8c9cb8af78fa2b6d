import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { INVOCABLE, invocationForms } from '@server/http/invocable.decorator';
import type { InvocableMethod, InvocationForm, InvocationHandler } from '@server/http/invocable.decorator';
import type { RequestContext } from '@server/http/request-context';
import { validatorOf } from '@server/http/validation/index';

/** One request form that this server answers. */
export interface InvocationTarget {
  readonly form: InvocationForm;
  /** Checks the body and answers as the form's own route does. */
  answer(body: object, context: RequestContext, reply: FastifyReply): Promise<void>;
}

/** The controllers' methods that are marked `@Invocable`, of the families that are there. */
@Injectable()
export class InvocationTargets implements OnApplicationBootstrap {
  private targets: readonly InvocationTarget[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onApplicationBootstrap(): void {
    const order = Object.keys(invocationForms);
    this.targets = this.discovery
      .getControllers()
      .flatMap(({ instance }) => this.targetsOf(instance as Readonly<Record<string, unknown>>))
      .sort((a, b) => order.indexOf(a.form) - order.indexOf(b.form));
  }

  /** Names of the forms, in the order in which they are tried. */
  get forms(): readonly InvocationForm[] {
    return this.targets.map(({ form }) => form);
  }

  /** The first form that the body has the keys of. */
  find(body: object): InvocationTarget | undefined {
    return this.targets.find(({ form }) =>
      invocationForms[form].some((keys) => keys.every((key) => Object.hasOwn(body, key))),
    );
  }

  private targetsOf(controller: Readonly<Record<string, unknown>>): InvocationTarget[] {
    const names = this.scanner.getAllMethodNames(Object.getPrototypeOf(controller) as object);
    return names.flatMap((name) => {
      const method = controller[name] as InvocationHandler<object>;
      const marked = Reflect.getMetadata(INVOCABLE, method) as InvocableMethod | undefined;
      if (!marked) return [];
      const { form, request } = marked;
      return [
        {
          form,
          answer: (body, context, reply) => method.call(controller, validatorOf(request)(body), context, reply),
        },
      ];
    });
  }
}
