import type { DeclaredOption, OptionSpec } from './option.decorator.js';
import { allOptions } from './server-config.js';
import { toConsequence } from './to-consequence.js';
import { vllmArguments } from './vllm-arguments.js';
import { vllmGroups, vllmSignatures } from './vllm-signatures.js';
import type { VllmGroup, VllmSignature } from './vllm-signatures.js';

/** An argument of `vllm serve` that is no option of ours by its own name. */
export interface VllmArgumentSpec extends OptionSpec, Pick<VllmSignature, 'isFlag' | 'mayBeBare'> {
  readonly flag: `--${string}`;
  /** Its name in Python. */
  readonly vllmName: string;
  readonly group: VllmGroup;
}

/** What a command line or a file may name. */
export type KnownArgument = DeclaredOption | VllmArgumentSpec;

export function isOption(argument: KnownArgument): argument is DeclaredOption {
  return 'property' in argument;
}

/** `--max-model-len` for `max_model_len`. */
export function toFlag(vllmName: string): `--${string}` {
  return `--${vllmName.replaceAll('_', '-')}`;
}

/** What the command line itself acts on. */
const OF_THE_COMMAND_LINE: Readonly<Record<string, string | undefined>> = {
  config:
    'YAML file of options: their names without dashes as keys, after the command line and before the environment.',
  help: 'This help: =all, =GROUP, or =WORD for the arguments that have the word in their names.',
};

/** All arguments of `vllm serve`, in its order. */
export const vllmSpecs: readonly VllmArgumentSpec[] = vllmGroups.flatMap((group) =>
  Object.entries<VllmSignature>(vllmSignatures[group]).map(([vllmName, signature]) => ({
    ...signature,
    vllmName,
    group,
    flag: toFlag(vllmName),
    help: OF_THE_COMMAND_LINE[vllmName] ?? toConsequence(vllmArguments[vllmName]),
  })),
);

const optionFlags = new Set<string>(allOptions().map(({ flag }) => flag ?? '--model'));

/** Every option of ours, then every further argument of `vllm serve`, so that its command lines work here. */
export const knownArguments: readonly KnownArgument[] = [
  ...allOptions(),
  ...vllmSpecs.filter(({ flag }) => !optionFlags.has(flag)),
];
