import { aerieVariable } from './load-config.js';
import { declaredOptions } from './option.decorator.js';
import type { DeclaredOption } from './option.decorator.js';
import { oppositeFlag } from './parse-argv.js';
import { configTopics, topicNames } from './server-config.js';
import type { TopicName } from './server-config.js';

const TITLES: Readonly<Record<TopicName, string>> = {
  model: 'Model',
  engine: 'Engine',
  http: 'HTTP',
  routes: 'Routes',
  auth: 'Keys',
  chat: 'Chat',
  parsers: 'Tool calls and thoughts',
  answers: 'Answers',
  limits: 'Limits',
  health: 'Health',
  logging: 'Logging',
};

/** `aerie serve --help`: every option in its group; with a filter the group or the options whose name has it. */
export function toHelpText(filter: string, width = 100): string {
  const wanted = filter === 'all' ? '' : filter.toLowerCase();
  const groups = topicNames.flatMap((name) => {
    const options = declaredOptions(configTopics[name]);
    const shown = TITLES[name].toLowerCase() === wanted ? options : options.filter((option) => named(option, wanted));
    return shown.length === 0
      ? []
      : [`${TITLES[name]}:\n${shown.map((option) => optionText(option, width)).join('\n')}`];
  });
  if (groups.length === 0) {
    return `No group or arguments matching '${filter}'.\nGroups: ${Object.values(TITLES).join(', ')}.\n`;
  }
  const head = wanted === '' ? `${HEAD}\n` : '';
  return `${head}${groups.join('\n\n')}\n`;
}

const HEAD = `Usage: aerie serve [MODEL] [options]

Serves a model over the OpenAI API. Options come from the command line, a YAML file (--config FILE), the environment
(AERIE_<OPTION>, and vLLM's names where given), in this order. "-" and "_" are the same in a name, and a unique beginning is enough.
--help=NAME shows one group, or the options whose name has NAME in it.
`;

function named({ flag }: DeclaredOption, wanted: string): boolean {
  return (flag ?? 'model').includes(wanted.replace(/^--/, '').replaceAll('_', '-'));
}

function optionText(option: DeclaredOption, width: number): string {
  const { flag, kind, choices, aliases = [], help } = option;
  const names = flag === undefined ? 'MODEL' : [flag, ...aliases].join(', ');
  const head = kind === 'boolean' && flag !== undefined ? `${flag}, ${oppositeFlag(flag)}` : `${names}${placeholder()}`;
  return `  ${head}\n${wrap(`${help}${facts(option)}`, width - 6)
    .map((line) => `      ${line}`)
    .join('\n')}`;

  function placeholder(): string {
    if (flag === undefined) {
      return '';
    }
    return choices ? ` {${choices.join(',')}}` : ` ${PLACEHOLDERS[kind]}`;
  }
}

const PLACEHOLDERS: Readonly<Record<DeclaredOption['kind'], string>> = {
  text: 'TEXT',
  boolean: '',
  integer: 'N',
  'human-integer': 'N',
  number: 'X',
  words: 'TEXT [TEXT ...]',
  json: 'JSON',
  'json-list': 'JSON',
};

function facts(option: DeclaredOption): string {
  const { default: value, env, secret } = option;
  const isShown = value !== undefined && value !== '' && !secret && !(Array.isArray(value) && value.length === 0);
  const parts = [
    ...(isShown ? [`default: ${typeof value === 'string' ? value : JSON.stringify(value)}`] : []),
    ...(env === undefined || env === aerieVariable(option) ? [] : [`env: ${env}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
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
