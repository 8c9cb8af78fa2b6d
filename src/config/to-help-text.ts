import { aerieVariable } from './environment.js';
import { furtherGroups, optionGroups, vllmGroup } from './help-groups.js';
import type { HelpGroup } from './help-groups.js';
import { isOption } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import type { OptionKind } from './option.decorator.js';
import { oppositeFlag } from './spellings.js';

/** `aerie serve --help`: the groups; with a filter all of them, one of them, or the arguments whose names have it in them. */
export function toHelpText(filter: string, width = 100): string {
  const wanted = filter.toLowerCase();
  const groups = [...optionGroups(), ...furtherGroups()];
  if (wanted === '') return `${HEAD}\n${overview()}\n`;
  if (wanted === 'all') return `${HEAD}\n${toGroupsText(groups, width)}\n`;
  const named = groups.filter(({ title }) => title.toLowerCase() === wanted);
  const whole = vllmGroup(wanted);
  const found =
    whole.length > 0
      ? [{ title: named[0]?.title ?? filter, arguments: whole }]
      : named.length > 0
        ? named
        : groups.map((group) => ({ ...group, arguments: group.arguments.filter((one) => isNamed(one, wanted)) }));
  const text = toGroupsText(found, width);
  return text === '' ? `No group or arguments matching '${filter}'.\n${overview()}\n` : `${text}\n`;
}

const HEAD = `Usage: aerie serve [MODEL] [options]

Serves a model over the OpenAI API. Options come from the command line, a YAML file (--config FILE), the environment
(AERIE_<OPTION>, and vLLM's names where given), in this order. "-" and "_" are the same in a name, and a unique beginning is enough.
Every argument of vllm serve is known; those without an option here say what becomes of them.
--help=GROUP shows a group, --help=WORD the arguments with WORD in their names, --help=all everything.
`;

function overview(): string {
  const titles = (groups: readonly HelpGroup[]): string => groups.map(({ title }) => title).join(', ');
  return `Groups: ${titles(optionGroups())}.\nFurther arguments of vllm serve: ${titles(furtherGroups())}.`;
}

function toGroupsText(groups: readonly HelpGroup[], width: number): string {
  return groups
    .filter((group) => group.arguments.length > 0)
    .map((group) => `${group.title}:\n${group.arguments.map((one) => toArgumentText(one, width)).join('\n')}`)
    .join('\n\n');
}

function isNamed({ flag = '--model' }: KnownArgument, wanted: string): boolean {
  return flag.includes(wanted.replace(/^--/, '').replaceAll('_', '-'));
}

function toArgumentText(argument: KnownArgument, width: number): string {
  const facts = toFacts(argument);
  return `  ${toUsage(argument)}\n${wrap(`${argument.help}${facts}`, width - 6)
    .map((line) => `      ${line}`)
    .join('\n')}`;
}

/** `--port N`, `--enable-x, --disable-x`. */
export function toUsage(argument: KnownArgument): string {
  const { flag, kind, choices, aliases = [] } = argument;
  if (flag === undefined) return 'MODEL';
  const hasNegative = kind === 'boolean' && (isOption(argument) || !argument.isFlag);
  const names = [flag, ...aliases, ...(hasNegative ? [oppositeFlag(flag)] : [])].join(', ');
  const value = choices ? `{${choices.join(',')}}` : PLACEHOLDERS[kind];
  return value === '' ? names : `${names} ${value}`;
}

const PLACEHOLDERS: Readonly<Record<OptionKind, string>> = {
  text: 'TEXT',
  boolean: '',
  integer: 'N',
  'human-integer': 'N[k]',
  number: 'X',
  words: 'TEXT [TEXT ...]',
  json: 'JSON',
  'json-list': 'JSON',
};

function toFacts(argument: KnownArgument): string {
  const { env, flag } = argument;
  const value = shownDefault(argument);
  const parts = [
    ...(value === undefined ? [] : [`default: ${value}`]),
    ...(env === undefined || env === aerieVariable({ flag }) ? [] : [`env: ${env}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** Nothing for what is empty anyway, and for secrets. */
export function shownDefault({ default: value, secret }: KnownArgument): string | undefined {
  if (value === undefined || value === '' || secret) return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    }
  }
  return lines;
}
