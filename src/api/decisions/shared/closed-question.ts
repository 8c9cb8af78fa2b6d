/** A question as a model reads it: every answer has a label, and the model's next token is one of the labels. */
export interface ClosedQuestion {
  /** May be empty. */
  readonly instructions: string;
  /** One for every answer. */
  readonly labels: readonly string[];
  /** What each label stands for: a line of the prompt, label included. */
  readonly lines: readonly string[];
  readonly replyInstruction: string;
}

/** The labels there are: one set for each way of asking. */
export const LETTERS: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
export const YES_NO: readonly string[] = ['yes', 'no'];
export const DIGITS: readonly string[] = [...'0123456789'];

export const LETTER_REPLY = 'Answer with the letter of one option only.';

/** `label: name - description`; descriptions that are empty do not count. */
export function optionLine(label: string, name: string, description: string | undefined): string {
  return description ? `${label}: ${name} - ${description}` : `${label}: ${name}`;
}

/** The user's turn: what the question is about, then the question (routes.md §7.1). */
export function toQuestionText(
  subject: string,
  { instructions, lines, replyInstruction }: Omit<ClosedQuestion, 'labels'>,
): string {
  const question = instructions === '' ? [] : [`Question: ${instructions}`];
  return `${subject}\n\n${[...question, ...lines, replyInstruction].join('\n')}`;
}
