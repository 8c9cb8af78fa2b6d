import { InvalidRequestError } from '@app/errors';

/** Throws `InvalidRequestError`: only a diffusion model reads several questions at once. */
export function checkJoint({ joint }: { readonly joint: boolean }): void {
  if (!joint) return;
  throw new InvalidRequestError('joint: this model reads each question on its own; joint reads need DiffusionGemma');
}
