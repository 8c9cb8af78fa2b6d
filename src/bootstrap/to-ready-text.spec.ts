import { describe, expect, it } from 'vitest';
import { toReadyText } from './to-ready-text.js';

describe('toReadyText', () => {
  it('says where, what, and how to try it', () => {
    const facts = { url: 'http://0.0.0.0:8000', model: "it's", tasks: ['generate'], needsKey: true };
    expect(toReadyText(facts)).toBe(
      [
        'Aerie is ready on http://127.0.0.1:8000',
        "  model  it's",
        '  tasks  generate',
        '',
        "  curl http://127.0.0.1:8000/v1/chat/completions -H 'authorization: Bearer KEY' -H 'content-type: application/json' \\",
        `    -d '{"model":"it'\\''s","messages":[{"role":"user","content":"Hello"}]}'`,
        '',
        '',
      ].join('\n'),
    );
  });

  it('reaches a unix socket', () => {
    expect(toReadyText({ url: 'unix:/run/a.sock', model: 'm', tasks: ['embed'], needsKey: false })).toContain(
      'curl --unix-socket /run/a.sock http://localhost/v1/models',
    );
  });
});
