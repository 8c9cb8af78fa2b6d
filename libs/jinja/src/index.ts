export { TemplateBudgetError, TemplateError, TemplateSyntaxError, type PythonErrorType } from './errors.js';
export { compileTemplate, Template, type RenderOptions } from './template.js';
export { defaultLimits, type RenderLimits } from './runtime/budget.js';
export type * from './syntax/nodes.js';
export { PythonFloat } from './values/from-javascript.js';
export { walk, type Node } from './syntax/walk.js';
