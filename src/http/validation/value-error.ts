import { PythonExpression, pythonRepr } from '@app/python-text';
import type { Fault } from './schema.js';

/** A rule that a field's type does not tell: Pydantic's `value_error`. */
export function valueError(message: string): Fault {
  return {
    type: 'value_error',
    msg: `Value error, ${message}`,
    ctx: { error: new PythonExpression(`ValueError(${pythonRepr(message)})`) },
  };
}
