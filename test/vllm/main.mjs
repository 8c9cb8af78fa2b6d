#!/usr/bin/env node
// npm run test:vllm -- --python PATH [vitest arguments]: the interop suite with the vLLM of that interpreter.
import { spawn, spawnSync } from 'node:child_process';

const args = process.argv.slice(2);
const given = args.indexOf('--python');
const python = given === -1 ? process.env.AERIE_VLLM_PYTHON : args.splice(given, 2)[1];

if (!python) {
  console.log('skipped: no vLLM');
  process.exit();
}
const version = spawnSync(python, ['-c', 'from importlib.metadata import version; print(version("vllm"))'], {
  encoding: 'utf8',
});
if (version.status !== 0) {
  console.error(
    `test:vllm: ${python} has no vLLM: ${version.error?.message ?? version.stderr.trim().split('\n').at(-1)}`,
  );
  process.exit(2);
}
console.log(`vLLM ${version.stdout.trim()} of ${python}`);
const vitest = spawn('vitest', ['run', '--config', 'test/vllm/vitest.config.ts', ...args], {
  stdio: 'inherit',
  env: { ...process.env, AERIE_VLLM_PYTHON: python },
});
vitest.on('exit', (code) => process.exit(code ?? 1));
