import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformWithOxc } from 'vite';
import { expect, test } from 'vitest';
import { program } from '../support/program.js';

const run = promisify(execFile);
const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
const expected = 'Maria got the message once, although the response was lost.\n';

test('the TypeScript example runs against the built program', async () => {
  // Node.js 20 cannot run TypeScript.
  const { code } = await transformWithOxc(readFileSync('examples/agent-test.ts', 'utf8'), 'agent-test.ts');
  const folder = mkdtempSync(join('examples', '.built-'));
  writeFileSync(join(folder, 'agent-test.mjs'), code);
  try {
    const { stdout } = await run(process.execPath, [join(folder, 'agent-test.mjs'), process.execPath, program]);
    expect(stdout).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(python === undefined)('the Python example runs against the built program', async () => {
  const { stdout } = await run(python ?? '', ['examples/agent_test.py', process.execPath, program]);
  expect(stdout.replaceAll('\r', '')).toBe(expected);
});
