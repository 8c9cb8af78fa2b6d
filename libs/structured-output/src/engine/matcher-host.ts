import type { CompiledGrammar } from '@mlc-ai/web-xgrammar';
import type { MatcherCommand, MatcherReply } from './matcher-messages.js';
import type { TokenMasks, TokenMatcher } from './token-masks.js';

interface LoadedGrammar {
  readonly compiled: CompiledGrammar;
  users: number;
}

interface OpenMatcher {
  readonly matcher: TokenMatcher;
  readonly grammar: LoadedGrammar;
}

/** Grammars that are kept although nobody follows them. */
const MOST_IDLE = 64;
const MOST_IDLE_CHARACTERS = 2 ** 20;

/** The matchers of one thread: does what it is told, one command after the other. What it throws has broken the WebAssembly instance. */
export class MatcherHost {
  /** By text, in the order of their last use. */
  private readonly grammars = new Map<string, LoadedGrammar>();
  private readonly matchers = new Map<number, OpenMatcher>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly masks: TokenMasks,
    private readonly reply: (reply: MatcherReply) => void,
  ) {}

  /** Resolves when it is done; rejects when this host cannot go on. */
  take(command: MatcherCommand): Promise<void> {
    this.last = this.last.then(() => this.perform(command));
    return this.last;
  }

  private async perform(command: MatcherCommand): Promise<void> {
    const { id } = command;
    switch (command.type) {
      case 'open':
        await this.open(command);
        return;
      case 'close':
        this.close(id);
        return;
      case 'advance': {
        const open = this.matchers.get(id);
        if (open === undefined) return;
        if (open.matcher.accept(command.tokenId)) await this.answer(id, open.matcher);
        else this.reply({ type: 'fault', id, message: `token ${command.tokenId} does not fit the grammar` });
      }
    }
  }

  private async open({ id, ebnf, options, tokenIds }: MatcherCommand & { readonly type: 'open' }): Promise<void> {
    const grammar = await this.load(ebnf);
    const matcher = await this.masks.createMatcher(grammar.compiled, options);
    grammar.users++;
    this.matchers.set(id, { matcher, grammar });
    const misfit = tokenIds.find((tokenId) => !matcher.accept(tokenId));
    if (misfit === undefined) await this.answer(id, matcher);
    else this.reply({ type: 'fault', id, message: `token ${misfit} does not fit the grammar` });
  }

  private async load(ebnf: string): Promise<LoadedGrammar> {
    const known = this.grammars.get(ebnf);
    const grammar = known ?? { compiled: await this.masks.compile(ebnf), users: 0 };
    this.grammars.delete(ebnf);
    this.grammars.set(ebnf, grammar);
    this.dropIdle(ebnf);
    return grammar;
  }

  private dropIdle(inUse: string): void {
    const idle = [...this.grammars].filter(([ebnf, { users }]) => users === 0 && ebnf !== inUse);
    let characters = idle.reduce((sum, [ebnf]) => sum + ebnf.length, 0);
    let count = idle.length;
    for (const [ebnf, { compiled }] of idle) {
      if (count <= MOST_IDLE && characters <= MOST_IDLE_CHARACTERS) return;
      this.grammars.delete(ebnf);
      compiled.dispose();
      count--;
      characters -= ebnf.length;
    }
  }

  private async answer(id: number, matcher: TokenMatcher): Promise<void> {
    this.reply({ type: 'allowed', id, allowed: await matcher.allowed() });
  }

  private close(id: number): void {
    const open = this.matchers.get(id);
    if (open === undefined) return;
    this.matchers.delete(id);
    open.matcher.dispose();
    open.grammar.users--;
  }
}
