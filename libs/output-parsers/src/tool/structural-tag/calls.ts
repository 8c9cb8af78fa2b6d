import type { CallConstraint, OfferedFunction } from '../tool-parser.js';
import { constString, jsonSchema, sequence, tag, tagList, triggeredTags } from './format.js';
import type { ArgumentSchema, ArgumentStyle, Format, Tag } from './format.js';

/** Thoughts have their own grammar, if any: text around calls holds none. */
export const THINK_TAGS: readonly string[] = ['<think>', '</think>'];

/** A call's arguments: of its schema when the tool is strict, else any JSON value. */
export function argumentsFormat({ strict, parameters }: OfferedFunction, style: ArgumentStyle = 'json'): Format {
  return jsonSchema(strict ? ((parameters ?? true) as ArgumentSchema) : true, style);
}

/** Calls that stand in the text one by one, as soon as one begins with the trigger. */
export function callsInText(
  demand: CallConstraint['demand'],
  calls: { readonly trigger: string; readonly tags: readonly Tag[]; readonly excludes?: readonly string[] },
): Format {
  const { trigger, tags, excludes = [] } = calls;
  if (demand === 'named') return tags[0];
  return triggeredTags({ triggers: [trigger], tags, excludes, atLeastOne: demand === 'required' });
}

/** Calls that stand together between two markers. */
export interface CallSection {
  readonly begin: string;
  readonly end: string;
  readonly tags: readonly Tag[];
  /** What a section in the text is known by; default: `begin`. */
  readonly trigger?: string;
  /** What text around a section may not hold; default: think tags. */
  readonly excludes?: readonly string[];
}

/** Free: sections in the text. */
export function sectionsInText({
  begin,
  end,
  tags,
  trigger = begin,
  excludes = THINK_TAGS,
  separator,
}: CallSection & { readonly separator?: string }): Format {
  return triggeredTags({ triggers: [trigger], tags: [tag(begin, tagList(tags, { separator }), end)], excludes });
}

/** Forced: one section and nothing else, `lead` in front of it. */
export function onlySection(
  demand: 'required' | 'named',
  { begin, end, tags, lead = '' }: CallSection & { readonly lead?: string },
): Format {
  return sequence(constString(lead + begin), demand === 'named' ? tags[0] : tagList(tags), constString(end));
}
