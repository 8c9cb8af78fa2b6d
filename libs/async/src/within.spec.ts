import { describe, expect, it } from 'vitest';
import { within } from './within.js';

const never = new Promise<void>(() => undefined);

describe('within', () => {
  it('ends with the work', async () => {
    let done = false;
    await within(
      60_000,
      Promise.resolve().then(() => {
        done = true;
      }),
    );
    expect(done).toBe(true);
  });

  it('ends without the work when time is up', async () => {
    await expect(within(1, never)).resolves.toBeUndefined();
  });

  it.each([0, -1, NaN])('does not wait for %d ms', async (timeoutMs) => {
    await expect(within(timeoutMs, never)).resolves.toBeUndefined();
  });

  it('passes the failure of the work on, and takes delays no timer takes', async () => {
    await expect(within(1e12, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
