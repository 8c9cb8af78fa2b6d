import { PythonFloat } from '@app/jinja';

/**
 * The arguments of a call in a conversation's history as an object: a text is read as JSON; null, the empty text, text that
 * is no JSON and JSON that is no object become an empty one. Numbers keep what JavaScript would lose (`1.0`, 2^60), because
 * the prompt must repeat what the model wrote.
 */
export function parseArguments(given: unknown): object {
  if (typeof given !== 'string') {
    return isObject(given) ? given : {};
  }
  try {
    const parsed = parseExactJson(given);
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function parseExactJson(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  let tag = 'exact:';
  while (text.includes(tag)) {
    tag += ':';
  }
  let tagged = 0;
  const marked = text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"') || !losesMeaning(token)) {
      return token;
    }
    tagged++;
    return `"${tag}${token}"`;
  });
  if (tagged === 0) {
    return plain;
  }
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(tag) ? exactNumber(value.slice(tag.length)) : value,
  );
}

function losesMeaning(number: string): boolean {
  const isFloat = /[.eE]/.test(number);
  return isFloat ? Number.isInteger(Number(number)) : !Number.isSafeInteger(Number(number));
}

function exactNumber(text: string): unknown {
  return /[.eE]/.test(text) ? new PythonFloat(Number(text)) : BigInt(text);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
