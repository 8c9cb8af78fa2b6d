import { pythonText } from '@app/python-text';
import type { EarlyRule } from '@server/http/validation/index';
import { isObject } from '@server/http/validation/index';
import {
  asNumber,
  jsonSchemaIsGiven,
  mustBeInteger,
  noLogprobTokenIdsWithBeamSearch,
  oneConstraint,
  promptLogprobsRange,
  refuse,
  repetitionDetectionIsSound,
  responseTagIsSound,
  streamOptionsNeedStream,
  structuralTagIsJson,
  thinkingBudgetIsCount,
  truthy,
} from '@server/api/openai/shared/early.rules';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';
import { checkMediaKwargs } from '@server/language/requests/media-kwargs.rule';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';

const CORRECT_USAGE = 'Correct usage: `{"type": "function", "function": {"name": "my_function"}}`';

const continueOrGenerate: EarlyRule = ({ continue_final_message, add_generation_prompt }) => {
  if (truthy(continue_final_message) && truthy(add_generation_prompt)) {
    refuse('Cannot set both `continue_final_message` and `add_generation_prompt` to True.');
  }
};

const toolsAreNotEmpty: EarlyRule = ({ tools }) => {
  if (Array.isArray(tools) && tools.length === 0) {
    refuse('`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.', 'tools');
  }
};

const toolChoiceFits: EarlyRule = ({ tools, tool_choice: choice }) => {
  if (choice === undefined || choice === null || choice === 'none') return;
  if (tools === undefined || tools === null) refuse('When using `tool_choice`, `tools` must be set.', 'tool_choice');
  if (choice === 'auto' || choice === 'required') return;
  if (!isObject(choice)) {
    refuse(
      `Invalid value for \`tool_choice\`: ${pythonText(choice)}! Only named tools, "none", "auto" or "required" are supported.`,
      'tool_choice',
    );
  }
  const name = namedFunction(choice);
  const offered = Array.isArray(tools) ? tools : [];
  if (offered.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.name === name)) return;
  refuse('The tool specified in `tool_choice` does not match any of the specified `tools`', 'tool_choice');
};

function namedFunction(choice: Readonly<Record<string, unknown>>): string {
  const { function: named } = choice;
  if (!isObject(named)) {
    refuse(
      `Invalid value for \`function\`: \`${pythonText(named)}\` in \`tool_choice\`! ${CORRECT_USAGE}`,
      'tool_choice.function',
    );
  }
  if (!('name' in named)) {
    refuse(`Expected field \`name\` in \`function\` in \`tool_choice\`! ${CORRECT_USAGE}`, 'tool_choice.function.name');
  }
  if (typeof named.name !== 'string' || named.name === '') {
    refuse(
      `Invalid \`name\` in \`function\`: \`${pythonText(named.name)}\` in \`tool_choice\`! ${CORRECT_USAGE}`,
      'tool_choice.function.name',
    );
  }
  return named.name;
}

const constraintsOrNamedTool: EarlyRule = ({ structured_outputs, tool_choice }) => {
  if (!isObject(structured_outputs) || !isObject(tool_choice)) return;
  const { json, regex, choice } = structured_outputs;
  if ([json, regex, choice].some((value) => value !== undefined && value !== null)) {
    refuse('You can only either use constraints for structured outputs or tools, not both.');
  }
};

const logprobTokenIdsNeedLogprobs: EarlyRule = ({ logprob_token_ids, logprobs }) => {
  if (!truthy(logprob_token_ids) || truthy(logprobs)) return;
  refuse('when using `logprob_token_ids`, `logprobs` must be set to true.', 'logprob_token_ids');
};

const topLogprobsRange: EarlyRule = ({ top_logprobs, logprobs }) => {
  const count = asNumber(top_logprobs);
  if (count === undefined) return;
  if (count < 0 && count !== -1) {
    refuse('`top_logprobs` must be a positive value or -1.', 'top_logprobs', top_logprobs);
  }
  if ((count > 0 || count === -1) && !truthy(logprobs)) {
    refuse('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
  }
};

/** In the order in which vLLM reports them (completions-and-chat.md §2). */
export const chatRules: readonly EarlyRule[] = [
  continueOrGenerate,
  toolsAreNotEmpty,
  toolChoiceFits,
  oneConstraint(undefined),
  constraintsOrNamedTool,
  structuralTagIsJson,
  noLogprobTokenIdsWithBeamSearch,
  logprobTokenIdsNeedLogprobs,
  mustBeInteger('prompt_logprobs'),
  mustBeInteger('top_logprobs'),
  promptLogprobsRange,
  topLogprobsRange,
  streamOptionsNeedStream,
  jsonSchemaIsGiven,
  responseTagIsSound,
  cacheSaltIsSafe,
  thinkingBudgetIsCount,
  repetitionDetectionIsSound,
];

/** What is refused after the model is known (completions-and-chat.md §2, handler stage). `takesTools`: the server has a tool parser, or needs none. */
export function checkChat(
  { tools, tool_choice, mm_processor_kwargs, media_io_kwargs }: ChatCompletionRequest,
  takesTools: boolean,
): void {
  const choice = tool_choice === undefined && tools ? 'auto' : (tool_choice ?? 'none');
  if (choice !== 'none' && !takesTools) {
    if (choice === 'auto') {
      refuse('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set');
    }
    const named = choice === 'required' ? '"required"' : `function "${choice.function.name}"`;
    refuse(`tool_choice=${named} requires --tool-call-parser to be set`);
  }
  checkMediaKwargs({ mm_processor_kwargs, media_io_kwargs });
}
