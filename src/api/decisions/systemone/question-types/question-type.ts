import type { DecisionRead } from '@server/api/decisions/shared/decision-reads';

/** One thing that a question may be answered with. */
export interface Option {
  readonly name: string;
  readonly description?: string | undefined;
}

/** A kind of question: what its criteria may be, how it is asked, what its answer looks like (routes.md §7.1). */
export interface QuestionType {
  /** Value of `type`. */
  readonly name: string;
  /** Of the options, in their order: there are no more options than labels. */
  readonly labels: readonly string[];
  readonly replyInstruction: string;
  /** `criteria` as the options they mean; undefined when they are of a wrong form. */
  toOptions(criteria: unknown): readonly Option[] | undefined;
  /** What `criteria` have to be, for the message. */
  readonly criteriaRule: string;
  /** The line of the prompt. */
  toLine(label: string, option: Option): string;
  /** Wire form, `RawJson` numbers and maps included. */
  toAnswer(options: readonly Option[], read: DecisionRead): object;
}
