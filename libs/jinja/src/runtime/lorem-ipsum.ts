import { escapeHtml } from '../values/markup.js';

const words = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ' +
  'enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat'
).split(' ');

interface LoremOptions {
  readonly paragraphs: number;
  /** Wraps each paragraph in `<p>`. */
  readonly html: boolean;
  readonly minWords: number;
  readonly maxWords: number;
}

/** Random filler text. Jinja's own is random too, so only its shape is the same. */
export function loremIpsum({ paragraphs, html, minWords, maxWords }: LoremOptions): string {
  const texts = Array.from({ length: paragraphs }, () => {
    const count = minWords + Math.floor(Math.random() * Math.max(0, maxWords - minWords));
    const chosen = Array.from({ length: count }, () => words[Math.floor(Math.random() * words.length)]);
    const text = `${chosen.join(' ')}.`;
    return text[0].toUpperCase() + text.slice(1);
  });
  return html ? texts.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n') : texts.join('\n\n');
}
