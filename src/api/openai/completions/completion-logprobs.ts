import { codePointLength } from '@app/python-text';
import type { TokenAlternative, TokenLogprobs } from '@app/text';
import type { RawJson } from '@server/language/answers/json-text';
import { logprobJson, tokenLabel } from '@server/language/answers/token-logprobs';

export interface CompletionLogprobsOptions {
  /** Alternatives shown beside the token itself; undefined = all. */
  readonly limit: number | undefined;
  readonly asTokenIds: boolean;
}

/** One position: what the token is called, and what is told of it. */
interface LogprobEntry {
  readonly label: string;
  /** Undefined for a prompt token without a probability: the first one. */
  readonly logprob: number | undefined;
  /** Undefined when there are no probabilities to show. */
  readonly top: readonly TokenAlternative[] | undefined;
}

/** The legacy `logprobs` object: parallel lists. */
export interface CompletionLogprobs {
  readonly text_offset: readonly number[];
  readonly token_logprobs: readonly (RawJson | null)[];
  readonly tokens: readonly string[];
  readonly top_logprobs: readonly (ReadonlyMap<string, RawJson> | null)[];
}

/** Builds the `logprobs` of one choice; the text offset goes on from one piece to the next. */
export class CompletionLogprobsWriter {
  constructor(
    private readonly options: CompletionLogprobsOptions,
    /** Of the next token, in code points of the labels. */
    public textOffset = 0,
  ) {}

  /**
   * `undefined` positions are prompt tokens without a probability: the first one, which `firstLabel` names. `chosen`: the tokens, where they are not
   * the first of each position.
   */
  write(
    positions: readonly (TokenLogprobs | undefined)[],
    { firstLabel = '', chosen }: { readonly firstLabel?: string; readonly chosen?: readonly TokenAlternative[] },
  ): CompletionLogprobs {
    const { limit, asTokenIds } = this.options;
    return this.writeEntries(
      positions.map((alternatives, index) => {
        const token = chosen?.[index] ?? alternatives?.[0];
        return {
          label: token ? tokenLabel(token, asTokenIds) : firstLabel,
          logprob: token?.logprob,
          top: limit === undefined ? alternatives : alternatives?.slice(0, limit + 1),
        };
      }),
    );
  }

  /** Of tokens whose alternatives came apart from them. */
  writeNamed(
    positions: readonly { readonly token: TokenAlternative; readonly top: readonly TokenAlternative[] | undefined }[],
  ): CompletionLogprobs {
    return this.writeEntries(
      positions.map(({ token, top }) => ({
        label: tokenLabel(token, this.options.asTokenIds),
        logprob: token.logprob,
        top,
      })),
    );
  }

  private writeEntries(entries: readonly LogprobEntry[]): CompletionLogprobs {
    return {
      text_offset: entries.map(({ label }) => this.advance(label)),
      token_logprobs: entries.map(({ logprob }) => (logprob === undefined ? null : logprobJson(logprob))),
      tokens: entries.map(({ label }) => label),
      top_logprobs: entries.map(({ top }) => (top ? this.byLabel(top) : null)),
    };
  }

  /** Where a token stands. */
  private advance(label: string): number {
    const start = this.textOffset;
    this.textOffset += codePointLength(label);
    return start;
  }

  private byLabel(alternatives: readonly TokenAlternative[]): ReadonlyMap<string, RawJson> {
    return new Map(
      alternatives.map((alternative) => [
        tokenLabel(alternative, this.options.asTokenIds),
        logprobJson(alternative.logprob),
      ]),
    );
  }
}
