import { describe, expect, it } from 'vitest';
import { ConfigProblemsError } from './config-problems-error.js';
import { loadConfig } from './load-config.js';

const SAME = ['--admin-port must not be the port of --port'];

describe('the admin listener', () => {
  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [['--admin-port', '9000'], []],
    [['--admin-port', '0', '--port', '0'], []],
    [['--admin-port', '8000'], SAME],
    [['--admin-port', '8000', '--host', '10.0.0.1', '--admin-host', '10.0.0.1'], SAME],
    [['--admin-port', '8000', '--admin-host', '127.0.0.1'], []],
    [['--admin-port', '8000', '--uds', '/run/a.sock'], []],
    [['--admin-host', '127.0.0.1'], ['--admin-host needs --admin-port']],
    [['--admin-port', '65536'], ['--admin-port: must not be greater than 65535']],
  ])('%j', (argv, problems) => {
    const load = () => loadConfig({ argv: ['m', ...argv] });
    if (problems.length === 0) expect(load).not.toThrow();
    else expect(load).toThrow(new ConfigProblemsError(problems));
  });
});
