/** The end of the engines, whoever hears of it first: who started them, or a worker. */
export class EngineDeath {
  /** Resolves with the reason. */
  readonly declared: Promise<string>;
  private resolve!: (reason: string) => void;

  constructor() {
    this.declared = new Promise((resolve) => (this.resolve = resolve));
  }

  declare(reason: string): void {
    this.resolve(reason);
  }
}
