import { Budget } from '../runtime/budget.js';
import { fromJavaScript } from '../values/from-javascript.js';
import { toJson } from './json-text.js';

/** `json.dumps(value, ensure_ascii=False)` of a JSON-like JavaScript value. @throws TemplateBudgetError when it is too large or nested too deeply */
export function pythonJson(value: unknown): string {
  const budget = new Budget();
  return toJson(
    fromJavaScript(value, budget),
    { asciiOnly: false, indent: undefined, itemSeparator: ', ', keySeparator: ': ', sortKeys: false },
    budget,
  );
}
