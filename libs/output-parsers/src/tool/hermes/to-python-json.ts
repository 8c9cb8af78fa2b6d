/** JSON as Python's `json.dumps` writes it (spaces behind `,` and `:`, non-ASCII escaped), so that equal constraints are equal texts to an engine. */
export function toPythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${toPythonJson(key)}: ${toPythonJson(member)}`).join(', ')}}`;
  }
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeUnit);
  return JSON.stringify(value) ?? 'null';
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
