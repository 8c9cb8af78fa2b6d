import { TemplateError } from '../errors.js';
import { compileTemplate, type RenderOptions } from '../template.js';

/** What came of a template: its output, or the Python exception's class and text. */
export type Outcome = { readonly v: string } | { readonly e: string };

export function outcome(
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: RenderOptions = {},
): Outcome {
  try {
    return { v: compileTemplate(source).render(variables, options) };
  } catch (error) {
    if (error instanceof TemplateError) {
      return { e: `${error.pythonType}: ${error.message}` };
    }
    throw error;
  }
}
