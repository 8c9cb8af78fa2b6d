import { aerieVariable } from './environment.js';
import { furtherGroups, optionGroups } from './help-groups.js';
import type { HelpGroup } from './help-groups.js';
import type { KnownArgument } from './known-arguments.js';
import { shownDefault, toUsage } from './to-help-text.js';
import { grantedVariables, variablesWithoutEffect } from './vllm-variables.js';

/** CONFIGURATION.md: what `--help=all` says, and the variables, as Markdown. The same on every machine. */
export function toReferencePage(): string {
  return [
    HEAD,
    ...optionGroups().map((group) => toSection(group, OPTION_COLUMNS)),
    FURTHER,
    ...furtherGroups().map((group) => toSection(group, FURTHER_COLUMNS)),
    VARIABLES,
    toTable(['variable', ''], Object.entries(variablesWithoutEffect).map(toVariableRow)),
  ]
    .join('\n\n')
    .concat('\n');
}

const HEAD = `# Configuration

<!-- Written by \`npm run docs:config\` from the classes of src/config: change those. -->

What \`aerie serve\` can be told. Each option comes from the first of these places that has it:

1. the command line
2. the YAML file of \`--config FILE\`: names without dashes as keys; \`false\` means false; mappings and lists are written as such
3. the environment: our own variable before vLLM's; lists in ours are separated by commas
4. the default

The command line is read as vLLM reads it. \`-\` and \`_\` are the same in a name, and a unique beginning is enough (\`--max-model 8k\`). \`--enable-x\` and \`--disable-x\`, \`--x\` and \`--no-x\` are pairs.
Integers shown as \`N[k]\` take suffixes: \`8k\` = 8000, \`8K\` = 8192. JSON objects are given whole (\`--x '{"a": 1}'\`) or by their members (\`--x.a 1\`, \`--x.list+ item\`). \`None\` and an empty text unset what may be unset.
What is wrong is told at once, all of it, and ends the start with exit code 2; an unknown name is told with the nearest known one.

## Options`;

const FURTHER = `## Further arguments of \`vllm serve\`

They are known, so that command lines and files written for vLLM work: in all their spellings, and by the names of vLLM's groups.`;

const VARIABLES = `## Further variables of vLLM

These variables of vLLM's API server have no effect, and the start says so. Those of vLLM's engines reach the engines that \`--engine-command\` starts. Other variables \`VLLM_…\` and \`AERIE_…\` are
warned of with the nearest name, or end the start with \`--fail-on-environ-validation\`. ${[...grantedVariables].map((name) => `\`${name}\``).join(' and ')} ask for nothing: no usage is reported to anybody.`;

type Columns = Readonly<Record<string, (argument: KnownArgument) => string>>;

const OPTION_COLUMNS: Columns = {
  option: (argument) => code(toUsage(argument)),
  default: (argument) => code(shownDefault(argument)),
  variable: toVariables,
  '': ({ help }) => help,
};

const FURTHER_COLUMNS: Columns = {
  argument: (argument) => code(toUsage(argument)),
  '': ({ help }) => help,
};

/** Ours, and vLLM's where it has one. */
function toVariables(argument: KnownArgument): string {
  const ours = aerieVariable(argument);
  const { env = ours } = argument;
  return env === ours ? code(ours) : `${code(ours)}, ${code(env)}`;
}

function toSection(group: HelpGroup, columns: Columns): string {
  const rows = group.arguments.map((argument) => Object.values(columns).map((cell) => cell(argument)));
  return `### ${group.title}\n\n${toTable(Object.keys(columns), rows)}`;
}

function toVariableRow([name, reason]: readonly [string, string]): readonly string[] {
  return [code(name), `No effect: ${reason}.`];
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(toCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}
