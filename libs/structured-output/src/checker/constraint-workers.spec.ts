import { describe, expect, it } from 'vitest';
import { ConstraintWorkers } from './constraint-workers.js';

describe('ConstraintWorkers', () => {
  it('outlive a thread that cannot start', async () => {
    const entry = new URL('file:///nowhere/constraint.worker.js').href;
    const workers = new ConstraintWorkers({ entry, timeoutMs: 500 });
    const checking = workers.check({ type: 'regex', pattern: 'a' }, { enforcer: 'embedded' });
    await expect(checking).rejects.toThrow('longer than 500 ms');
    await workers.close();
  });
});
