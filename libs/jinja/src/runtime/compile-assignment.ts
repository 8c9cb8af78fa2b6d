import { fail } from '../errors.js';
import type { Target } from '../syntax/nodes.js';
import { toList, tryIterate } from '../values/iteration.js';
import { Namespace } from '../values/namespace.js';
import { typeName } from '../values/type-name.js';
import type { Value } from '../values/value.js';
import { type Frame, frameAt, readReference, type Render, resolveVariable } from './render.js';
import type { StatementPlace } from './statement-place.js';

type Assign = (render: Render, frame: Frame, value: Value) => void;

/** Writes a value to its target in the current scope. */
export function compileAssignment(target: Target, place: StatementPlace): Assign {
  const { scope, topLevel } = place;
  switch (target.type) {
    case 'name': {
      const { name } = target;
      const reference = scope.find(name) ?? { hops: 0, slot: scope.declareParameter(name) };
      return (render, frame, value) => {
        frameAt(frame, reference.hops).slots[reference.slot] = value;
        if (topLevel) {
          render.exported.set(name, value);
        }
      };
    }
    case 'namespace-target': {
      const { name, attribute } = target;
      const reference = scope.find(name);
      return (render, frame, value) => {
        const owner = reference === undefined ? resolveVariable(render, name) : readReference(frame, reference);
        if (!(owner instanceof Namespace)) {
          fail('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
        }
        owner.set(attribute, value);
      };
    }
    case 'target-tuple': {
      const parts = target.items.map((item) => compileAssignment(item, place));
      return (render, frame, value) => {
        const items = unpack(value, parts.length, render);
        parts.forEach((assign, index) => assign(render, frame, items[index]));
      };
    }
  }
}

function unpack(value: Value, count: number, render: Render): readonly Value[] {
  if (tryIterate(value, render.budget) === undefined) {
    return fail('TypeError', `cannot unpack non-iterable ${typeName(value)} object`);
  }
  const items = toList(value, render.budget);
  if (items.length < count) {
    fail('ValueError', `not enough values to unpack (expected ${count}, got ${items.length})`);
  }
  if (items.length > count) {
    fail('ValueError', `too many values to unpack (expected ${count})`);
  }
  return items;
}
