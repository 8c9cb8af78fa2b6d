import { describe, expect, it } from 'vitest';
import { BYTE_VOCABULARY, END_TOKEN } from '../testing/random-writer.js';
import { MatcherHost } from './matcher-host.js';
import type { MatcherReply } from './matcher-messages.js';
import { TokenMasks } from './token-masks.js';

const masks = await TokenMasks.create(BYTE_VOCABULARY);
const options = { eosTokenId: END_TOKEN, stopTokenIds: [], specialTokens: false };

function createHost(): { readonly host: MatcherHost; readonly replies: MatcherReply[] } {
  const replies: MatcherReply[] = [];
  return { host: new MatcherHost(masks, (reply) => replies.push(reply)), replies };
}

/** Bytes and tokens that a reply allows. */
function allowedBy(reply: MatcherReply | undefined): (string | number)[] | string | undefined {
  if (reply?.type !== 'allowed') return reply?.message;
  const { allowed } = reply;
  return (
    allowed &&
    BYTE_VOCABULARY.bytes.flatMap((_, id) =>
      ((allowed[id >> 5] >>> (id & 31)) & 1) === 0 ? [] : [id < 256 ? String.fromCharCode(id) : id],
    )
  );
}

describe('the matchers of a thread', () => {
  it('tell what may come next, token by token, until nothing may', async () => {
    const { host, replies } = createHost();
    void host.take({ type: 'open', id: 1, ebnf: 'root ::= "x" [12]', options, tokenIds: [] });
    void host.take({ type: 'advance', id: 1, tokenId: 120 });
    void host.take({ type: 'advance', id: 1, tokenId: 49 });
    await host.take({ type: 'advance', id: 1, tokenId: END_TOKEN });
    expect(replies.map(allowedBy)).toEqual([['x'], ['1', '2'], [END_TOKEN], undefined]);
  });

  it('go on where an output is', async () => {
    const { host, replies } = createHost();
    await host.take({ type: 'open', id: 1, ebnf: 'root ::= "x" [12]', options, tokenIds: [120] });
    expect(replies.map(allowedBy)).toEqual([['1', '2']]);
  });

  it('say when nothing may follow and no token ends', async () => {
    const { host, replies } = createHost();
    const without = { ...options, eosTokenId: undefined };
    await host.take({ type: 'open', id: 1, ebnf: 'root ::= "x"', options: without, tokenIds: [120] });
    expect(replies.map(allowedBy)).toEqual([undefined]);
  });

  it('say when a token does not fit', async () => {
    const { host, replies } = createHost();
    await host.take({ type: 'open', id: 1, ebnf: 'root ::= "x"', options, tokenIds: [121] });
    expect(replies.map(allowedBy)).toEqual(['token 121 does not fit the grammar']);
  });

  it('answer nothing for an output that was closed', async () => {
    const { host, replies } = createHost();
    void host.take({ type: 'open', id: 1, ebnf: 'root ::= "x"', options, tokenIds: [] });
    void host.take({ type: 'close', id: 1 });
    await host.take({ type: 'advance', id: 1, tokenId: 120 });
    expect(replies).toHaveLength(1);
  });

  it.each<readonly [string, boolean, readonly (string | number)[]]>([
    ['never in plain text', false, ['<']],
    ['in markup', true, ['<', END_TOKEN]],
  ])('let special tokens stand for their text %s', async (_, specialTokens, expected) => {
    const { host, replies } = createHost();
    const ebnf = 'root ::= "<|end|>!"';
    await host.take({
      type: 'open',
      id: 1,
      ebnf,
      options: { eosTokenId: undefined, stopTokenIds: [], specialTokens },
      tokenIds: [],
    });
    expect(allowedBy(replies[0])).toEqual(expected);
  });

  it('keep tokens of single bytes to UTF-8', async () => {
    const { host, replies } = createHost();
    await host.take({ type: 'open', id: 1, ebnf: 'root ::= [^a]', options, tokenIds: [0xed] });
    const allowed = allowedBy(replies[0]);
    expect(allowed).toEqual(Array.from({ length: 32 }, (_, index) => String.fromCharCode(0x80 + index)));
  });
});
