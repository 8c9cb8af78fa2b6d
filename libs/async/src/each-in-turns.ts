/** Of one turn of the event loop. */
const TURN_MS = 10;

export interface EachInTurnsOptions {
  /** What is left is not done. */
  readonly isOver: () => boolean;
  /** Hears what `work` throws after the first turn. */
  readonly fail: (error: unknown) => void;
}

/**
 * Calls `work` for 0…count, at once while that takes some milliseconds and in further turns of the event loop after that. What it throws in the first
 * turn is thrown; nothing is done after a throw.
 */
export function eachInTurns(count: number, work: (index: number) => void, { isOver, fail }: EachInTurnsOptions): void {
  const goOn = (from: number): void => {
    const pause = performance.now() + TURN_MS;
    for (let index = from; index < count && !isOver(); index++) {
      if (index > from && performance.now() >= pause) {
        setImmediate(goOnLater, index);
        return;
      }
      work(index);
    }
  };
  const goOnLater = (from: number): void => {
    try {
      goOn(from);
    } catch (error) {
      fail(error);
    }
  };
  goOn(0);
}
