import { describe, expect, it } from 'vitest';
import { EngineFaults } from './engine-faults.js';
import { EngineLiveness } from './engine-liveness.js';

const limits = { pingIntervalMs: 10, idlePingIntervalMs: 10, pingDeadlineMs: 100, unreachableDeadlineMs: 100 };

describe('an engine that waits after a fault', () => {
  it('is not asked for signs of life, and is again when it goes on', () => {
    const heard: string[] = [];
    const liveness = new EngineLiveness(
      2,
      limits,
      {
        ping: (engine) => heard.push(`ping ${engine}`),
        retry: () => undefined,
        dead: (engine) => heard.push(`dead ${engine}`),
      },
      0,
    );
    let now = 0;
    const faults = new EngineFaults(4, {
      excuse: (engine) => liveness.excuse(engine),
      expect: (engine) => liveness.expect(engine, now),
    });
    faults.tell({ rank: 5, status: 'unhealthy', faultInfo: 'RuntimeError' }, 2);
    faults.tell({ rank: 6, status: 'unhealthy' }, 2);
    expect(faults.statuses(2)).toEqual([
      { rank: 4, status: 'healthy' },
      { rank: 5, status: 'unhealthy', faultInfo: 'RuntimeError' },
    ]);
    for (now = 0; now <= 150; now += 50) liveness.tick(now, []);
    expect(heard).toEqual(['ping 0', 'dead 0']);
    faults.tell({ rank: 5, status: 'healthy' }, 2);
    heard.length = 0;
    liveness.heard(0, 210);
    liveness.tick(215, []);
    expect(heard).toEqual(['ping 1']);
  });
});
