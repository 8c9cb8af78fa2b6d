/** A grammar in Lark's syntax: no line of it, comments aside, defines a rule as EBNF does (`::=`). */
export function isLark(grammar: string): boolean {
  return !grammar.split('\n').some((line) => withoutComment(line).includes('::='));
}

/** One alternative per choice, in EBNF. */
export function toChoiceGrammar(choice: readonly string[]): string {
  return `root ::= ${choice.map((text) => `"${text.replace(TO_ESCAPE, escapeCharacter)}"`).join(' | ')}`;
}

const TO_ESCAPE = /["\\\u007f]|\p{Cc}/gu;
const SHORT: Readonly<Record<string, string | undefined>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  // Of the control characters those of ASCII; the others (U+0080–U+009F) stand for themselves.
  if (code > 0x7f) return character;
  return SHORT[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

function withoutComment(line: string): string {
  const start = [line.indexOf('#'), line.indexOf('//')].filter((index) => index >= 0);
  return start.length > 0 ? line.slice(0, Math.min(...start)) : line;
}
