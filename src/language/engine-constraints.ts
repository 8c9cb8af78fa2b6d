import type { OnApplicationShutdown } from '@nestjs/common';
import type { StructuredOutputs } from '@app/engine-protocol';
import { pythonJson } from '@app/python-text';
import { CONSTRAINT_WORKER, ConstraintWorkers, toConstraint } from '@app/structured-output';
import type { Enforcer, JsonStyle } from '@app/structured-output';
import type { ConstraintChecker } from '@app/text';
import { chosenEngine } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';

/** Checks constraints for the engines of this server, in a thread that starts with the first one. */
export class EngineConstraints implements ConstraintChecker, OnApplicationShutdown {
  private readonly workers: ConstraintWorkers;

  constructor(
    /** Whose engines follow the constraints. */
    private readonly enforcer: Enforcer,
    style: JsonStyle,
  ) {
    this.workers = new ConstraintWorkers({ entry: CONSTRAINT_WORKER, style });
  }

  static for(engine: ServerConfig['engine']): EngineConstraints {
    return new EngineConstraints(chosenEngine({ engine }) === 'onnx' ? 'embedded' : 'vllm', {
      anyWhitespace: !engine.structuredOutputsCompact,
      closedObjects: engine.structuredOutputsClosed,
    });
  }

  /** Rejects with `InvalidRequestError` in vLLM's words, with `OverloadedError`. */
  async check({ json, ...constraint }: StructuredOutputs): Promise<void> {
    // As text: integers beyond 2^53, which JSON may have, are no values of JSON's in JavaScript.
    const schema = json === undefined || typeof json === 'string' ? json : pythonJson(json);
    await this.workers.check(toConstraint({ ...constraint, json: schema }), { enforcer: this.enforcer });
  }

  onApplicationShutdown(): Promise<void> {
    return this.workers.close();
  }
}
