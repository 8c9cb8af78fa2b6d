import { refuse } from './early.rules.js';

/** Beams are many requests that depend on one another: nothing that one GenerateRequest can ask for. */
export function refuseBeamSearch({ use_beam_search }: { readonly use_beam_search: boolean }): void {
  if (use_beam_search) refuse('Beam search is not supported by the render endpoint');
}
