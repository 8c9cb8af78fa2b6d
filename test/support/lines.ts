/** A destination for log lines that keeps them. */
export class Lines {
  /** Everything so far. */
  text = '';
  private readonly listeners = new Set<() => void>();

  write(line: string): void {
    this.text += line;
    this.listeners.forEach((listener) => listener());
  }

  /** Resolves once there is such a line. */
  said(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!pattern.test(this.text)) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
    });
  }
}
