import { InvalidRequestError } from '@app/errors';
import type { StructuredDecisionRequest } from './dto/structured-decision-request.dto.js';

/** Throws `InvalidRequestError` for media: prompts are text here. */
export function checkMedia({ images = [], audio = [], videos = [] }: StructuredDecisionRequest): void {
  const given = Object.entries({ audio, image: images, video: videos }).filter(([, urls]) => urls.length > 0);
  if (given.length === 0) return;
  throw new InvalidRequestError(`this model does not take ${given.map(([name]) => name).join(', ')} inputs`);
}
