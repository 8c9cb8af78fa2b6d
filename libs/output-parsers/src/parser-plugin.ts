import { ConfigurationError } from '@app/errors';
import type { ReasoningParserDefinition } from './reasoning/reasoning-parser.js';
import type { ToolParserDefinition } from './tool/tool-parser.js';

type Exports = Readonly<Record<string, unknown>>;

/** How a member of a definition is checked, and what it is when it is left out; without a default it must be there. */
interface Member {
  readonly check: (value: unknown) => boolean;
  /** What the check wants, for messages. */
  readonly wants: string;
  readonly default?: unknown;
}

/**
 * The tool parsers of a plug-in: its export `toolParsers`, a list of `{ name, create(reading) }` in which all else of a `ToolParserDefinition` is optional.
 * `source` names the plug-in in messages. Throws `ConfigurationError`.
 */
export function toToolParsers(exports: Exports, source: string): readonly ToolParserDefinition[] {
  return toDefinitions(exports, 'toolParsers', source, TOOL_MEMBERS) as unknown as ToolParserDefinition[];
}

/** The reasoning parsers of a plug-in, as `toToolParsers`: its export `reasoningParsers`. */
export function toReasoningParsers(exports: Exports, source: string): readonly ReasoningParserDefinition[] {
  return toDefinitions(
    exports,
    'reasoningParsers',
    source,
    REASONING_MEMBERS,
  ) as unknown as ReasoningParserDefinition[];
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const listOf = (check: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(check);
const oneOf = (...values: readonly unknown[]): Member => ({
  check: (value) => values.includes(value),
  wants: `one of ${values.map(String).join(', ')}`,
  default: values[0],
});
const texts: Member = { check: listOf((text) => typeof text === 'string'), wants: 'a list of strings', default: [] };
const optional: Member = { check: (value) => value === undefined || isFunction(value), wants: 'a function' };
const none: Member = { check: isFunction, wants: 'a function', default: () => [] };

const COMMON_MEMBERS: Readonly<Record<string, Member>> = {
  name: { check: (name) => typeof name === 'string' && /^[\w.-]+$/.test(name), wants: 'letters, digits, _ . or -' },
  create: { check: isFunction, wants: 'a function' },
  models: { check: listOf((model) => model instanceof RegExp), wants: 'a list of regular expressions', default: [] },
  specialTokens: oneOf('as-requested', 'kept', 'kept-with-tools'),
  markers: none,
  requiredTokens: none,
};

const TOOL_MEMBERS: Readonly<Record<string, Member>> = {
  ...COMMON_MEMBERS,
  readsWithoutTools: oneOf(false, true),
  forcedCalls: oneOf('json', 'own-format'),
  callIds: oneOf('chatcmpl-tool', 'call', 'call-index', 'alphanumeric', 'functions'),
  strictLevel: oneOf('auto', 'function', 'parameter'),
  structuralTag: optional,
  checkDemand: optional,
  frameOutput: optional,
};

const REASONING_MEMBERS: Readonly<Record<string, Member>> = {
  ...COMMON_MEMBERS,
  keepsEmptyDeltas: oneOf(false, true),
  startMarkers: texts,
  endMarkers: texts,
  startAfter: { check: isFunction, wants: 'a function', default: () => 'undecided' },
  frameOutput: optional,
};

function toDefinitions(
  exports: Exports,
  list: string,
  source: string,
  members: Readonly<Record<string, Member>>,
): readonly object[] {
  const exported = exports[list];
  if (!Array.isArray(exported) || exported.length === 0) {
    throw new ConfigurationError(`${source}: the module exports no list "${list}"`);
  }
  return exported.map((definition: unknown, index) =>
    toDefinition(definition, `${source}: ${list}[${index}]`, members),
  );
}

function toDefinition(value: unknown, place: string, members: Readonly<Record<string, Member>>): object {
  if (typeof value !== 'object' || value === null) throw new ConfigurationError(`${place} is no object`);
  const given = value as Exports;
  const entries = Object.entries(members).map(([name, member]) => {
    const own = given[name] ?? member.default;
    if (!member.check(own)) throw new ConfigurationError(`${place}.${name} must be ${member.wants}`);
    // Methods keep their object.
    return [
      name,
      typeof own === 'function' && name in given ? (own as (...args: never[]) => unknown).bind(given) : own,
    ];
  });
  return Object.fromEntries(entries) as object;
}
