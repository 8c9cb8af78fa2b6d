import { isCased, isLowercase, isTitlecase, isUppercase } from './character-classes.js';

/** The four digraphs whose title case is a letter of its own; everything else is upper case first, lower case after. */
const titleForms: Readonly<Record<string, string>> = {
  '\u01c4': '\u01c5',
  '\u01c5': '\u01c5',
  '\u01c6': '\u01c5',
  '\u01c7': '\u01c8',
  '\u01c8': '\u01c8',
  '\u01c9': '\u01c8',
  '\u01ca': '\u01cb',
  '\u01cb': '\u01cb',
  '\u01cc': '\u01cb',
  '\u01f1': '\u01f2',
  '\u01f2': '\u01f2',
  '\u01f3': '\u01f2',
};

/** Title case of one code point: `ß` → `Ss`. */
function titleCharacter(character: string): string {
  if (Object.hasOwn(titleForms, character)) {
    return titleForms[character];
  }
  const upper = Array.from(character.toUpperCase());
  return upper.length > 1 ? upper[0] + upper.slice(1).join('').toLowerCase() : upper.join('');
}

/** `str.capitalize` */
export function capitalize(text: string): string {
  const first = text === '' ? '' : String.fromCodePoint(text.codePointAt(0) ?? 0);
  return titleCharacter(first) + text.slice(first.length).toLowerCase();
}

/** `str.title`: a word starts after anything that has no case. */
export function titleCase(text: string): string {
  let out = '';
  let insideWord = false;
  for (const character of text) {
    out += insideWord ? character.toLowerCase() : titleCharacter(character);
    insideWord = isCased(character);
  }
  return out;
}

/** `str.swapcase` */
export function swapCase(text: string): string {
  let out = '';
  for (const character of text) {
    if (isUppercase(character)) {
      out += character.toLowerCase();
    } else {
      out += isLowercase(character) ? character.toUpperCase() : character;
    }
  }
  return out;
}

/** `str.casefold`: lower case, and the foldings that lower case does not make. */
export function caseFold(text: string): string {
  return text
    .replace(/[\u1e9e\xdf]/g, 'ss')
    .toLowerCase()
    .replace(/\u03c2/g, '\u03c3')
    .replace(/[\u0149\u017f\u1e96-\u1e9b\ufb00-\ufb06]/g, foldCharacter);
}

function foldCharacter(character: string): string {
  if (character === '\u017f') {
    return 's';
  }
  const upper = character.toUpperCase();
  return Array.from(upper).length > 1 ? upper.toLowerCase() : character;
}

/** `str.istitle` */
export function isTitleCase(text: string): boolean {
  let insideWord = false;
  let found = false;
  for (const character of text) {
    if (isUppercase(character) || isTitlecase(character)) {
      if (insideWord) {
        return false;
      }
      insideWord = true;
      found = true;
    } else if (isLowercase(character)) {
      if (!insideWord) {
        return false;
      }
      found = true;
    } else {
      insideWord = false;
    }
  }
  return found;
}
