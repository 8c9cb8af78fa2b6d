import { unfit } from '../deepseek/unfit.js';

const tasks = ['action', 'query', 'authority', 'domain', 'title', 'read_url'];

/** The token that asks for a quick task in the place of an answer: `<｜title｜>`. @throws InvalidRequestError for an unknown one */
export function taskToken(task: string): string {
  if (!tasks.includes(task)) throw unfit(`Invalid task: '${task}'. Valid tasks are: ${tasks.join(', ')}`);
  return `<｜${task}｜>`;
}
