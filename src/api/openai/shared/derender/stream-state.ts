import { InvalidRequestError } from '@app/errors';
import type { TextWindow } from '@app/text';
import type { Tokenizer } from '@app/tokenization';
import { RawJson } from '@server/language/answers/json-text';
import { checkState } from './derender.rules.js';
import type { DerenderStreamState } from './dto/generated.dto.js';

type Pieces = Pick<Tokenizer, 'piece' | 'tokenId'>;

/** Where an output stands between two chunks. */
export interface StreamState {
  /** Of an output that is only decoded. */
  readonly window: TextWindow;
  readonly roleSent: boolean;
  readonly logprobContext: readonly number[];
  readonly logprobTextOffset: number;
  /** Of an output that parsers read: they start anew with every chunk. */
  readonly outputTokenIds: readonly number[];
  readonly outputChunkLengths: readonly number[];
  readonly toolsStreamed: boolean;
  readonly toolCallIds: readonly string[];
}

export const emptyWindow: TextWindow = { tokenIds: [], prefixOffset: 0, readOffset: 0 };

/** In front of the first chunk. */
export function startState(window: TextWindow): StreamState {
  return {
    window,
    roleSent: false,
    logprobContext: [],
    logprobTextOffset: 0,
    outputTokenIds: [],
    outputChunkLengths: [],
    toolsStreamed: false,
    toolCallIds: [],
  };
}

/** An id without a piece: tokens beyond the vocabulary have the empty one. */
const NO_PIECE = -1;

/** Throws `InvalidRequestError` for a state that no answer gave. */
export function toStreamState(state: DerenderStreamState, tokenizer: Pieces): StreamState {
  checkState(state);
  return {
    window: {
      tokenIds: state.prev_tokens.map((piece, index) => tokenIdOf(piece, index, tokenizer)),
      prefixOffset: state.prefix_offset,
      readOffset: state.read_offset,
    },
    roleSent: state.role_sent,
    logprobContext: state.logprob_context_token_ids,
    logprobTextOffset: state.logprob_text_offset,
    outputTokenIds: state.output_token_ids,
    outputChunkLengths: state.output_chunk_lens,
    toolsStreamed: state.tools_streamed,
    toolCallIds: state.last_tool_call_ids,
  };
}

function tokenIdOf(piece: string, index: number, tokenizer: Pieces): number {
  const id = tokenizer.tokenId(piece) ?? (piece === '' ? NO_PIECE : undefined);
  if (id === undefined) {
    throw new InvalidRequestError("stream_state.prev_tokens holds a piece that is not of this model's vocabulary.", {
      param: `stream_state.prev_tokens.${index}`,
    });
  }
  return id;
}

/** `stream_state`, keys in the order of the wire. */
export function streamStateJson(state: StreamState, tokenizer: Pieces): object {
  const { window } = state;
  return {
    prev_tokens: window.tokenIds.map((id) => tokenizer.piece(id) ?? ''),
    prefix_offset: window.prefixOffset,
    read_offset: window.readOffset,
    role_sent: state.roleSent,
    logprob_context_token_ids: state.logprobContext,
    logprob_text_offset: state.logprobTextOffset,
    output_token_ids: new RawJson(JSON.stringify(state.outputTokenIds)),
    output_chunk_lens: new RawJson(JSON.stringify(state.outputChunkLengths)),
    tools_streamed: state.toolsStreamed,
    last_tool_call_ids: state.toolCallIds,
  };
}
