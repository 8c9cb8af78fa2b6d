/** What a utility call gives: a result (which may be promised), or a failure with this text. */
export type UtilityAnswer = { readonly result: unknown } | { readonly failure: string };
