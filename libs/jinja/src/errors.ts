import { InvalidRequestError } from '@app/errors';

/** Names of the Python exceptions a template can end with; kept because they say what kind of mistake it was. */
export type PythonErrorType =
  | 'AssertionError'
  | 'AttributeError'
  | 'FilterArgumentError'
  | 'IndexError'
  | 'KeyError'
  | 'LookupError'
  | 'OverflowError'
  | 'RecursionError'
  | 'RuntimeError'
  | 'SecurityError'
  | 'SyntaxError'
  | 'TemplateAssertionError'
  | 'TemplateError'
  | 'TemplateRuntimeError'
  | 'TemplateSyntaxError'
  | 'TypeError'
  | 'UndefinedError'
  | 'UnicodeError'
  | 'ValueError'
  | 'ZeroDivisionError'
  | 'BudgetError';

/** A template failed. The message is what Python Jinja2 would have said; `pythonType` is the exception's class name. */
export class TemplateError extends InvalidRequestError {
  constructor(
    readonly pythonType: PythonErrorType,
    message: string,
    options: { readonly param?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/** The template's source is wrong: it never starts to render. */
export class TemplateSyntaxError extends TemplateError {
  constructor(
    message: string,
    readonly line: number,
    pythonType: 'TemplateSyntaxError' | 'TemplateAssertionError' | 'SyntaxError' = 'TemplateSyntaxError',
  ) {
    super(pythonType, message);
  }
}

/** The template asked for more steps, text, memory or time than it was given. */
export class TemplateBudgetError extends TemplateError {
  constructor(message: string) {
    super('BudgetError', message);
  }
}

/** Ends the render as a Python exception of that class would. */
export function fail(type: PythonErrorType, message: string): never {
  throw new TemplateError(type, message);
}
