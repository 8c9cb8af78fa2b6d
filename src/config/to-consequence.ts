import type { VllmArgument } from './vllm-arguments.js';

/** What becomes of an argument of `vllm serve` on our own command line, in one sentence. */
export function toConsequence(argument: VllmArgument): string {
  switch (argument.type) {
    case 'option':
      return `Sets ${argument.flag ?? 'the option of this name'}${argument.words === undefined ? '' : ` (${toWordList(argument.words)})`}.`;
    case 'members':
      return `Members: ${Object.entries(argument.members).map(toMember).join('; ')}; the rest is for the engines.`;
    case 'engine':
      return 'For the engines: belongs to the command that starts them; no effect on the onnx engine.';
    case 'launcher':
      return argument.alone ? toConsequence(argument.alone) : 'Acted on at the start.';
    case 'moot':
      return `No effect: ${argument.reason}.`;
    case 'missing':
      return `Accepted with a warning: ${argument.consequence}.`;
    case 'refused':
      return `Refused: ${argument.reason}.`;
  }
}

function toMember([name, argument]: readonly [string, VllmArgument]): string {
  const sentence = toConsequence(argument);
  return `${name}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)}`;
}

function toWordList(words: Readonly<Record<string, string>>): string {
  return Object.entries(words)
    .map(([word, value]) => `${word}: ${value}`)
    .join(', ');
}
