/** Requests that are being answered now, as `GET /load` reports them. */
export class LoadCounter {
  private current = 0;

  constructor(readonly enabled: boolean) {}

  /** 0 while tracking is off. */
  get value(): number {
    return this.current;
  }

  /** Counts one request; the function it returns uncounts it, once. */
  enter(): () => void {
    if (!this.enabled) {
      return () => undefined;
    }
    let left = false;
    this.current += 1;
    return () => {
      this.current -= left ? 0 : 1;
      left = true;
    };
  }
}
