import { run } from './fetch-middleware.js';
import type { FetchMiddleware } from './fetch-middleware.js';

/** A middleware at work on one request: it stands still in `next` while the server makes the answer. */
export class FetchRun {
  /** Resolves with the request that it passes on, or undefined once it has answered by itself. Rejects with what it throws before that. */
  readonly passedOn: Promise<Request | undefined>;
  /** The answer that it gives in the end. */
  readonly answer: Promise<Response>;
  private giveAnswer: (response: Response) => void = () => undefined;
  private waits = true;

  constructor(middleware: FetchMiddleware, request: Request) {
    let passOn: (request: Request) => void = () => undefined;
    const passedOn = new Promise<Request>((resolve) => (passOn = resolve));
    const inner = new Promise<Response>((resolve) => (this.giveAnswer = resolve));
    this.answer = run(middleware, request, (changed = request) => {
      passOn(changed);
      return inner;
    });
    this.passedOn = Promise.race([passedOn, this.answer.then(() => undefined)]);
  }

  /** False once it has been left. */
  get waiting(): boolean {
    return this.waits;
  }

  /** Lets it go on with the server's answer; resolves with what it makes of it. */
  leave(response: Response): Promise<Response> {
    this.waits = false;
    this.giveAnswer(response);
    return this.answer;
  }
}
