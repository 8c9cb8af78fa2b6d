import { pythonText } from '@app/python-text';
import type { Option } from './question-type.js';

/** A description that is no text is shown as Python prints it. */
export function toOption(name: string, description: unknown): Option {
  return description === null || description === undefined ? { name } : { name, description: pythonText(description) };
}
