import { pythonFloat } from './python-number.js';

/**
 * `json.dumps(value)`: spaces behind `,` and `:`, everything outside of ASCII escaped, `undefined` members left out. Equal values are equal texts to
 * whoever compares them with Python's. Numbers must be finite.
 */
export function pythonJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeUnit);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : pythonFloat(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : containerJson(value);
    default:
      return 'null';
  }
}

function containerJson(value: object): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${pythonJson(key)}: ${pythonJson(member)}`).join(', ')}}`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
