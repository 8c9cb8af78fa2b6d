import { pythonJson } from '../json-text.js';
import { callsExample, type DsmlNames, openTag } from '../deepseek/dsml.js';
import { END_THINK, THINK } from '../deepseek/tokens.js';

/** The functions and how to call them, in the words the model was trained on; nothing when there are none. */
export function toolsSection(names: DsmlNames, functions: readonly object[]): string {
  if (functions.length === 0) return '';
  return `

## Tools

You have access to a set of tools to help answer the user's question. You can invoke tools by writing a "${openTag(names.calls)}" block like the following:

${callsExample(names, '$TOOL_NAME')}

String parameters should be specified as is and set \`string="true"\`. For all other types (numbers, booleans, arrays, objects), pass the value in JSON format and set \`string="false"\`.

If thinking_mode is enabled (triggered by ${THINK}), you MUST output your complete reasoning inside ${THINK}...${END_THINK} BEFORE any tool calls or final response.

Otherwise, output directly after ${END_THINK} with tool calls or final response.

### Available Tool Schemas

${functions.map(pythonJson).join('\n')}

You MUST strictly follow the above defined tool name and parameter schemas to invoke tool calls.
`;
}
