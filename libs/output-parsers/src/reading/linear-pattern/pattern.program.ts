import type { CharacterTest, PatternNode } from './pattern.syntax.js';

/** More would make every character of a text expensive. */
const MAX_SIZE = 2000;

export type Instruction =
  /** `saves`: slots that take the place in front of the character. */
  | { readonly type: 'character'; readonly test: CharacterTest; readonly saves: readonly number[] }
  /** Goes on at both, the first one is preferred. */
  | { readonly type: 'split'; readonly first: number; readonly second: number }
  | { readonly type: 'jump'; readonly to: number }
  | { readonly type: 'save'; readonly slot: number }
  /** `option`: which of the patterns matched. */
  | { readonly type: 'match'; readonly option: number };

/** Patterns made ready for a `PatternScanner` that looks for all of them at once. */
export class PatternProgram {
  readonly instructions: readonly Instruction[];
  /** Names of the groups; the one at `i` is saved in the slots `2i` and `2i + 1`. */
  readonly groups: readonly string[];
  /** Whether a match may begin with a UTF-16 unit, as far as it was asked. */
  private readonly beginnings = new Map<number, boolean>();
  private readonly firstTests: readonly CharacterTest[];

  /** Of patterns that match at the same place the first one counts. Throws `SyntaxError` when one matches no text, or all are too large. */
  constructor(patterns: readonly PatternNode[]) {
    const compiler = new PatternCompiler();
    compiler.addAll(patterns);
    this.instructions = compiler.instructions;
    this.groups = compiler.groups;
    this.firstTests = firstTests(compiler.instructions);
  }

  mayBeginWith(unit: number): boolean {
    let may = this.beginnings.get(unit);
    if (may === undefined) {
      may = this.firstTests.some((test) => test(unit));
      this.beginnings.set(unit, may);
    }
    return may;
  }
}

class PatternCompiler {
  readonly instructions: Instruction[] = [];
  readonly groups: string[] = [];
  /** Slots that are saved in front of the next instruction: a character takes them along, so that threads that wait for it stay what they are. */
  private saves: number[] = [];

  addAll(patterns: readonly PatternNode[]): void {
    for (const [option, pattern] of patterns.entries()) {
      if (canBeEmpty(pattern)) throw new SyntaxError('it matches where there is no text');
      const isLast = option === patterns.length - 1;
      const split = isLast ? undefined : this.emit({ type: 'jump', to: 0 });
      this.add(pattern);
      this.emit({ type: 'match', option });
      if (split !== undefined) this.instructions[split] = { type: 'split', first: split + 1, second: this.label() };
    }
  }

  /** Where the next instruction will stand, to be gone on at from elsewhere. */
  private label(): number {
    const { saves } = this;
    this.saves = [];
    for (const slot of saves) this.push({ type: 'save', slot });
    return this.instructions.length;
  }

  private emit(instruction: Exclude<Instruction, { readonly type: 'character' }>): number {
    this.label();
    return this.push(instruction);
  }

  private emitCharacter(test: CharacterTest): void {
    this.push({ type: 'character', test, saves: this.saves });
    this.saves = [];
  }

  private push(instruction: Instruction): number {
    if (this.instructions.length >= MAX_SIZE) throw new SyntaxError('it is too large');
    return this.instructions.push(instruction) - 1;
  }

  private add(node: PatternNode): void {
    switch (node.type) {
      case 'character':
        this.emitCharacter(node.test);
        break;
      case 'sequence':
        for (const part of node.parts) this.add(part);
        break;
      case 'choice':
        this.addChoice(node.options);
        break;
      case 'group': {
        const group = this.groups.push(node.name) - 1;
        this.saves.push(2 * group);
        this.add(node.part);
        this.saves.push(2 * group + 1);
        break;
      }
      case 'repeat':
        for (let i = 0; i < node.min; i++) this.add(node.part);
        if (node.max === Infinity) this.addLoop(node.part, node.lazy);
        else for (let i = node.min; i < node.max; i++) this.addOptional(node.part, node.lazy);
        break;
    }
  }

  private addChoice(options: readonly PatternNode[]): void {
    const ends: number[] = [];
    for (const [i, option] of options.entries()) {
      const split = i === options.length - 1 ? undefined : this.emit({ type: 'jump', to: 0 });
      this.add(option);
      if (split === undefined) continue;
      ends.push(this.emit({ type: 'jump', to: 0 }));
      this.instructions[split] = { type: 'split', first: split + 1, second: this.label() };
    }
    for (const end of ends) this.instructions[end] = { type: 'jump', to: this.label() };
  }

  private addLoop(part: PatternNode, lazy: boolean): void {
    const split = this.emit({ type: 'jump', to: 0 });
    this.add(part);
    this.emit({ type: 'jump', to: split });
    this.instructions[split] = splitOf(split + 1, this.label(), lazy);
  }

  private addOptional(part: PatternNode, lazy: boolean): void {
    const split = this.emit({ type: 'jump', to: 0 });
    this.add(part);
    this.instructions[split] = splitOf(split + 1, this.label(), lazy);
  }
}

/** What the first character may be. */
function firstTests(instructions: readonly Instruction[]): CharacterTest[] {
  const tests: CharacterTest[] = [];
  const reached = new Set<number>();
  const stack = instructions.length === 0 ? [] : [0];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const instruction = instructions[at];
    if (instruction.type === 'character') tests.push(instruction.test);
    else if (instruction.type === 'split') stack.push(instruction.first, instruction.second);
    else if (instruction.type === 'jump') stack.push(instruction.to);
    else if (instruction.type === 'save') stack.push(at + 1);
  }
  return tests;
}

function splitOf(inside: number, behind: number, lazy: boolean): Instruction {
  return { type: 'split', first: lazy ? behind : inside, second: lazy ? inside : behind };
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.type) {
    case 'character':
      return false;
    case 'sequence':
      return node.parts.every(canBeEmpty);
    case 'choice':
      return node.options.some(canBeEmpty);
    case 'group':
      return canBeEmpty(node.part);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.part);
  }
}
