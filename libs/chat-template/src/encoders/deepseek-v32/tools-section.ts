import { pythonJson } from '../json-text.js';
import { callsExample, closeTag, openTag } from '../deepseek/dsml.js';
import { END_THINK, THINK } from '../deepseek/tokens.js';

export const dsmlNames = { calls: 'function_calls', invoke: 'invoke', parameter: 'parameter' } as const;

/** The functions and how to call them, in the words the model was trained on; nothing when there are none. */
export function toolsSection(functions: readonly object[]): string {
  if (functions.length === 0) return '';
  const open = openTag(dsmlNames.calls);
  const close = closeTag(dsmlNames.calls);
  return `

## Tools
You have access to a set of tools you can use to answer the user's question.
You can invoke functions by writing a "${open}" block like the following as part of your reply to the user:
${callsExample(dsmlNames, '$FUNCTION_NAME')}
String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false" for other types (numbers, booleans, arrays, objects).
If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking block. Here is an example:
${open}
...
${close}
<function_results>
...
</function_results>
${THINK}...thinking about results${END_THINK}
Here are the functions available in JSONSchema format:
<functions>
${functions.map(pythonJson).join('\n')}
</functions>
`;
}
