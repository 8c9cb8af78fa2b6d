export { codePointLength } from './code-point-length.js';
export { pythonJson } from './python-json.js';
export { pythonFloat, pythonInt, pythonList, pythonTuple } from './python-number.js';
export { PythonExpression, pythonRepr, pythonText } from './python-repr.js';
export { pythonString } from './python-string.js';
