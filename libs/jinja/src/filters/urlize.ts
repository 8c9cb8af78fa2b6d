import { codePointLength } from '@app/python-text';
import { codePoints } from '../values/code-points.js';
import { escapeHtml } from '../values/markup.js';

interface UrlizeOptions {
  /** Longest text shown for a link, in code points. */
  readonly limit: number | undefined;
  readonly rel: string | undefined;
  readonly target: string | undefined;
  readonly schemes: readonly string[];
}

const webAddress = new RegExp(
  '^(?:(?:https?://|www\\.)(?:[\\w%-]+\\.)*(?:[a-z]{2,63}|xn--[\\w%]{2,59})' +
    '|(?:[\\w%-]{2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)' +
    '|https?://(?:\\d{1,3}(?:\\.\\d{1,3}){3}|\\[(?:[\\da-f]{0,4}:){2}(?:[\\da-f]{0,4}:?){1,6}\\]))' +
    '(?::\\d{1,5})?(?:[/?#]\\S*)?$',
  'i',
);
const mailAddress = /^\S+@\w[\w.-]*\.\w+$/;
const brackets = [
  ['(', ')'],
  ['<', '>'],
  ['&lt;', '&gt;'],
] as const;

/** Makes links of the web and mail addresses in a text, which is escaped first. */
export function urlize(text: string, options: UrlizeOptions): string {
  return escapeHtml(text)
    .split(/(\s+)/)
    .map((word) => linkWord(word, options))
    .join('');
}

function linkWord(word: string, options: UrlizeOptions): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  const [middle, tail] = balance(...cutTail(word.slice(head.length)));
  return head + linkAddress(middle, options) + tail;
}

const tailMarks = [')', '>', '.', ',', '\n', '&gt;'];

/** Splits punctuation off the end. */
function cutTail(word: string): [string, string] {
  let end = word.length;
  for (;;) {
    const mark = tailMarks.find((candidate) => word.endsWith(candidate, end) && end >= candidate.length);
    if (mark === undefined) {
      return [word.slice(0, end), word.slice(end)];
    }
    end -= mark.length;
  }
}

/** Gives closing brackets back to an address that holds their opening ones. */
function balance(middle: string, tail: string): [string, string] {
  let [kept, rest] = [middle, tail];
  for (const [open, close] of brackets) {
    const opened = count(kept, open);
    if (opened <= count(kept, close)) {
      continue;
    }
    const moves = Math.min(opened, count(rest, close));
    for (let move = 0; move < moves; move++) {
      const end = rest.indexOf(close) + close.length;
      kept += rest.slice(0, end);
      rest = rest.slice(end);
    }
  }
  return [kept, rest];
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function linkAddress(address: string, { limit, rel, target, schemes }: UrlizeOptions): string {
  const attributes =
    (rel === undefined ? '' : ` rel="${escapeHtml(rel)}"`) +
    (target === undefined ? '' : ` target="${escapeHtml(target)}"`);
  if (webAddress.test(address)) {
    const full = address.startsWith('https://') || address.startsWith('http://') ? address : `https://${address}`;
    const isLong = limit !== undefined && codePointLength(address) > limit;
    const shown = isLong ? `${codePoints(address).slice(0, limit).join('')}...` : address;
    return `<a href="${full}"${attributes}>${shown}</a>`;
  }
  if (address.startsWith('mailto:') && mailAddress.test(address.slice(7))) {
    return `<a href="${address}">${address.slice(7)}</a>`;
  }
  const looksLikeMail = address.includes('@') && !address.startsWith('www.') && !address.startsWith('@');
  if (looksLikeMail && !address.includes(':') && mailAddress.test(address)) {
    return `<a href="mailto:${address}">${address}</a>`;
  }
  const scheme = schemes.find((each) => address !== each && address.startsWith(each));
  return scheme === undefined ? address : `<a href="${address}"${attributes}>${address}</a>`;
}
