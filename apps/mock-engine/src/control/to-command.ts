import type { FinishReason, LogprobRows } from '@app/engine-protocol';
import { InvalidRequestError } from '@app/errors';
import { playAnswers, toFault } from '@app/scripted-engine';
import type { Answer, AnswerStep, Fault, Script, UtilityAnswer } from '@app/scripted-engine';

/** What the engines are told on standard input (README.md, "Control"). */
export type Command =
  | { readonly type: 'play'; readonly script: Script }
  | { readonly type: 'fault'; readonly fault: Fault }
  | { readonly type: 'next' | 'release' | 'heal' | 'sync' };

export interface AddressedCommand {
  readonly command: Command;
  /** The engine it is for; undefined: every one of the process. */
  readonly rank: number | undefined;
}

/** The time a front end has for its word on a step (an abort, say) before the next one comes. */
const INTERVAL_MS = 4;

/** Checks the parsed line. Members that are not known are left alone. Throws `InvalidRequestError` that names the place of the fault. */
export function toCommand(line: unknown): AddressedCommand {
  const { type, rank, ...fields } = toObject(line, 'the command');
  return { command: toBareCommand(type, fields), rank: toOptional(rank, 'rank', toWhole) };
}

function toBareCommand(type: unknown, fields: Members): Command {
  switch (type) {
    case 'play':
      return { type, script: toScript(fields) };
    case 'fault':
      if (typeof fields.fault !== 'string') throw fault('fault', 'a string');
      return { type, fault: toFault(fields.fault) };
    case 'next':
    case 'release':
    case 'heal':
    case 'sync':
      return { type };
    default:
      throw fault('type', 'one of play, next, release, fault, heal, sync');
  }
}

function toScript({ answers, utilities = {}, interval_ms, stepping = 'turns' }: Members): Script {
  if (stepping !== 'turns' && stepping !== 'batch') throw fault('stepping', 'turns or batch');
  const list = toList(answers, 'answers', toAnswer);
  const calls = Object.entries(toObject(utilities, 'utilities'));
  return {
    mode: playAnswers(list),
    stepping,
    expectedRequests: list.length,
    intervalMs: toOptional(interval_ms, 'interval_ms', toWhole) ?? INTERVAL_MS,
    utilities: new Map(calls.map(([method, answer]) => [method, toUtilityAnswer(answer, `utilities.${method}`)])),
  };
}

function toUtilityAnswer(value: unknown, place: string): UtilityAnswer {
  const { result = null, failure } = toObject(value, place);
  if (failure === undefined) return { result };
  if (typeof failure !== 'string') throw fault(`${place}.failure`, 'a string');
  return { failure };
}

function toAnswer(value: unknown, place: string): Answer {
  const { steps, held_before_step, dies_before_step } = toObject(value, place);
  return {
    steps: toList(steps, `${place}.steps`, toStep),
    heldBeforeStep: toOptional(held_before_step, `${place}.held_before_step`, toWhole),
    diesBeforeStep: toOptional(dies_before_step, `${place}.dies_before_step`, toWhole),
  };
}

function toStep(value: unknown, place: string): AnswerStep {
  const step = toObject(value, place);
  return {
    newTokenIds: toList(step.ids, `${place}.ids`, toWhole),
    finishReason: toOptional(step.finish, `${place}.finish`, toFinishReason),
    stopReason: toOptional(step.stop_reason, `${place}.stop_reason`, toStopReason),
    logprobs: toOptional(step.logprobs, `${place}.logprobs`, toRows),
    promptLogprobs: toOptional(step.prompt_logprobs, `${place}.prompt_logprobs`, toRows),
    cachedTokens: toOptional(step.cached_tokens, `${place}.cached_tokens`, toWhole),
    kvTransferParams: toOptional(step.kv_transfer_params, `${place}.kv_transfer_params`, toObject),
  };
}

function toRows(value: unknown, place: string): LogprobRows {
  const { ids, values, ranks } = toObject(value, place);
  const idRows = toList(ids, `${place}.ids`, toWholes);
  const valueRows = toList(values, `${place}.values`, toLogprobs);
  const rankList = toWholes(ranks, `${place}.ranks`);
  const columns = idRows[0]?.length ?? 0;
  const isTable = (rows: readonly (readonly number[])[]) =>
    rows.length === idRows.length && rows.every((row) => row.length === columns);
  if (!isTable(idRows) || !isTable(valueRows) || rankList.length !== idRows.length) {
    throw fault(place, 'ids and values of one shape, and a rank for each row');
  }
  return {
    rows: idRows.length,
    columns,
    tokenIds: Int32Array.from(idRows.flat()),
    logprobs: Float32Array.from(valueRows.flat()),
    ranks: Int32Array.from(rankList),
  };
}

function toWholes(value: unknown, place: string): readonly number[] {
  return toList(value, place, toWhole);
}

function toLogprobs(value: unknown, place: string): readonly number[] {
  return toList(value, place, toLogprob);
}

function toLogprob(value: unknown, place: string): number {
  if (value === '-inf') return -Infinity;
  if (typeof value !== 'number') throw fault(place, 'a number or "-inf"');
  return value;
}

function toWhole(value: unknown, place: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw fault(place, 'a whole number');
  return Number(value);
}

const FINISH_REASONS: readonly unknown[] = [
  ...(['stop', 'length', 'abort', 'error', 'repetition'] satisfies FinishReason[]),
];

function toFinishReason(value: unknown, place: string): FinishReason {
  if (!FINISH_REASONS.includes(value)) throw fault(place, `one of ${FINISH_REASONS.join(', ')}`);
  return value as FinishReason;
}

function toStopReason(value: unknown, place: string): number | string {
  return typeof value === 'string' ? value : toWhole(value, place);
}

type Members = Readonly<Record<string, unknown>>;

function toObject(value: unknown, place: string): Members {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw fault(place, 'an object');
  return value as Members;
}

function toList<T>(value: unknown, place: string, toItem: (item: unknown, place: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw fault(place, 'a list');
  return value.map((item, index) => toItem(item, `${place}[${index}]`));
}

function toOptional<T>(value: unknown, place: string, to: (value: unknown, place: string) => T): T | undefined {
  return value === undefined || value === null ? undefined : to(value, place);
}

function fault(place: string, wanted: string): InvalidRequestError {
  return new InvalidRequestError(`${place} must be ${wanted}`, { param: place });
}
