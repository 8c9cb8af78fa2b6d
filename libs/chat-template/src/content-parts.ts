import { InvalidRequestError } from '@app/errors';
import type { ContentPart } from './chat-message.js';

/** A part as a template sees it. */
export type TemplatePart = Readonly<Record<string, unknown>>;

const textFields: Readonly<Record<string, string>> = {
  text: 'text',
  input_text: 'text',
  output_text: 'text',
  refusal: 'refusal',
  thinking: 'thinking',
};
const mediaTypes: ReadonlySet<string> = new Set([
  'audio_embeds',
  'audio_url',
  'image_embeds',
  'image_pil',
  'image_url',
  'input_audio',
  'input_image',
  'video_embeds',
  'video_url',
]);
/** Order in which the kind of a part without `type` is guessed from its keys. */
const inferredTypes = [
  'image_url',
  'image_pil',
  'image_embeds',
  'audio_embeds',
  'video_embeds',
  'prompt_embeds',
  'audio_url',
  'input_audio',
  'video_url',
  'tool_reference',
];
const supportedTypes = [...Object.keys(textFields), ...mediaTypes, 'prompt_embeds', 'tool_reference'].sort();

/**
 * Checks a part and brings it into the form of a template: `{type: 'text', text, …}` or `{type: 'tool_reference', name}`;
 * undefined for a text that is null. @throws InvalidRequestError
 */
export function toTemplatePart(part: ContentPart, modelName: string): TemplatePart | undefined {
  if (typeof part === 'string') {
    return { type: 'text', text: part };
  }
  const type = partType(part);
  if (Object.hasOwn(textFields, type)) {
    return textPart(part, textFields[type]);
  }
  if (mediaTypes.has(type)) {
    throw new InvalidRequestError(`${modelName} is not a multimodal model`);
  }
  if (type === 'prompt_embeds') {
    mustPromptEmbeds(part);
    throw new InvalidRequestError('You must set `--enable-prompt-embeds` to input `prompt_embeds`', {
      param: 'prompt_embeds',
    });
  }
  if (type === 'tool_reference') {
    const name = part.name ?? part.tool_reference;
    return { type, name: typeof name === 'string' ? name : '' };
  }
  throw new InvalidRequestError(
    `Unsupported chat content part type: '${type}'. Supported types: ${supportedTypes.join(', ')}.`,
    { param: 'type', value: type },
  );
}

/** The text of a template part; undefined when it is none. */
export function partText(part: TemplatePart): string | undefined {
  return part.type === 'text' ? String(part.text) : undefined;
}

/** The text that a client wrote into a part; undefined for null and for parts of other kinds. */
export function writtenText(part: ContentPart): string | undefined {
  const text = typeof part === 'string' ? part : part[textFields[partType(part)] ?? ''];
  return typeof text === 'string' ? text : undefined;
}

/** The file of a part of embeddings, in base64. @throws InvalidRequestError when there is none */
export function mustPromptEmbeds({ data }: Readonly<Record<string, unknown>>): string {
  if (typeof data !== 'string' || data === '') {
    throw new InvalidRequestError(
      'prompt_embeds content part requires a non-empty `data` field with base64-encoded tensor bytes.',
      { param: 'prompt_embeds' },
    );
  }
  return data;
}

/** What a part says it is, or by its keys must be. @throws InvalidRequestError */
export function partType(part: Readonly<Record<string, unknown>>): string {
  const { type } = part;
  if (type === undefined || type === null) {
    const inferred = inferredTypes.find((key) => Object.hasOwn(part, key));
    if (inferred === undefined) {
      throw new InvalidRequestError("Missing 'type' field in multimodal part.", { param: 'type' });
    }
    return inferred;
  }
  if (typeof type !== 'string') {
    throw new InvalidRequestError("Invalid 'type' field in multimodal part.", { param: 'type' });
  }
  return type;
}

function textPart(part: Readonly<Record<string, unknown>>, field: string): TemplatePart | undefined {
  const { type: _type, [field]: text, ...extra } = part;
  if (text === null || text === undefined) {
    return undefined;
  }
  if (typeof text !== 'string') {
    throw new InvalidRequestError(`Invalid '${field}' field in multimodal part.`, { param: field });
  }
  return { type: 'text', text, ...extra };
}
