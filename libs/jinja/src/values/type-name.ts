import { PyObject, type Value } from './value.js';

/** `type(x).__name__` */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    default:
      if (value === null) {
        return 'NoneType';
      }
      return value instanceof PyObject ? value.typeName : 'list';
  }
}

const modules: Readonly<Record<string, string>> = {
  Namespace: 'jinja2.utils.Namespace',
  Cycler: 'jinja2.utils.Cycler',
  Joiner: 'jinja2.utils.Joiner',
  Macro: 'jinja2.runtime.Macro',
  LoopContext: 'jinja2.runtime.LoopContext',
  Undefined: 'jinja2.runtime.Undefined',
  BlockReference: 'jinja2.runtime.BlockReference',
  Markup: 'markupsafe.Markup',
};

/** How Jinja's messages speak of an object: `dict object`, `None`. */
export function describeType(value: Value): string {
  if (value === null) {
    return 'None';
  }
  const name = typeName(value);
  return `${Object.hasOwn(modules, name) ? modules[name] : name} object`;
}
