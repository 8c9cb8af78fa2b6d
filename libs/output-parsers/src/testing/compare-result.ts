import type { FixtureCase, FixtureResult, ParserFixture } from './parser-fixtures.js';

/**
 * Why a result is not what a recorded case asks for; undefined: it is, or nothing is asked for, since vLLM's parser fails there. Content and reasoning are compared up to white space, arguments as text
 * (`verbatim`) or as JSON, the beginning of arguments as text.
 */
export function findDifference(
  result: FixtureResult,
  example: FixtureCase,
  args: ParserFixture['args'],
): string | undefined {
  if (example.meant) return differsFromMeant(result, example.meant);
  const wanted = [example.expected ?? 'full', ...(example.also_ok ? [example.also_ok] : [])];
  const acceptable = wanted.map((choice) => (choice === 'full' ? example.vllm.full : choice));
  const isAnyRight = acceptable.every((one) => one && 'vllm_error' in one);
  if (isAnyRight || acceptable.some((one) => one && !('vllm_error' in one) && isSame(result, one, args)))
    return undefined;
  return `${JSON.stringify(result)} instead of ${JSON.stringify(acceptable[0])}`;
}

function isSame(result: FixtureResult, wanted: FixtureResult, args: ParserFixture['args']): boolean {
  return (
    bare(result.content) === bare(wanted.content) &&
    bare(result.reasoning) === bare(wanted.reasoning) &&
    result.tool_calls.length === wanted.tool_calls.length &&
    result.tool_calls.every(({ name, arguments: json }, i) => {
      const call = wanted.tool_calls[i];
      return name === call.name && comparable(json, args) === comparable(call.arguments, args);
    })
  );
}

/** The calls that were meant or fewer, the last one with a beginning of its arguments. */
function differsFromMeant(result: FixtureResult, meant: FixtureResult): string | undefined {
  const { tool_calls: calls } = result;
  const said = bare(result.content) === bare(meant.content) && bare(result.reasoning) === bare(meant.reasoning);
  const called = calls.every(({ name, arguments: json }, i) => {
    const call = meant.tool_calls.at(i);
    if (call?.name !== name) return false;
    const same = comparable(json, 'json') === comparable(call.arguments, 'json');
    return same || (i === calls.length - 1 && isBeginning(json, call.arguments));
  });
  return said && called ? undefined : `${JSON.stringify(result)} where ${JSON.stringify(meant)} was meant`;
}

/** Of the same arguments, closed or not: what is left when the closing brackets and the spacing are not counted. */
function isBeginning(json: string, whole: string): boolean {
  return bare(whole).startsWith(bare(json).replace(/["\]}]*$/, ''));
}

/** As text, or the same text for equal JSON values. */
function comparable(json: string, args: ParserFixture['args']): string {
  if (args === 'verbatim') return json.trim();
  try {
    return JSON.stringify(sorted(JSON.parse(json)));
  } catch {
    return bare(json);
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function bare(text: string | null | undefined): string {
  return (text ?? '').replace(/\s+/g, '');
}
