import { InvalidRequestError } from '@app/errors';
import type { FunctionTool } from '../../chat-message.js';
import { typeScriptOf } from './typescript-of.js';

/** Some 1,000 pages: more than any context holds. Indents can make a schema a hundred times longer. */
const MAX_CHARACTERS = 2 ** 22;

/** Functions as gpt-oss sees them: TypeScript types in a namespace. @throws InvalidRequestError when the schemas make too long a text */
export function toolsSection(tools: readonly FunctionTool[]): string {
  let left = MAX_CHARACTERS;
  const spend = (characters: number): void => {
    left -= characters;
    if (left < 0) {
      throw new InvalidRequestError(`The schemas make a text of more than ${MAX_CHARACTERS} characters.`, {
        param: 'tools',
      });
    }
  };
  const types = tools.flatMap(({ name, description = '', parameters }) => {
    spend(name.length + 2 * description.length);
    const argument = parameters === undefined || parameters === null ? '' : `_: ${typeScriptOf(parameters, spend)}`;
    return [...linesOf(description).map((line) => `// ${line}`), `type ${name} = (${argument}) => any;\n`];
  });
  return ['# Tools\n', '## functions\n', 'namespace functions {\n', ...types, '} // namespace functions'].join('\n');
}

/** A last line without a text is none. */
function linesOf(text: string): string[] {
  return text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .slice(text === '' ? 1 : 0);
}
