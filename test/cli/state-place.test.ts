import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statePlace } from '../../src/cli/shell/shared-state.js';
import { configOf } from '../support/config.js';
import { runHere } from '../support/shell.js';

const nodeVersion = '22.13.0';
const place = (environment: Record<string, string>, more: { platform?: string; nodeVersion?: string } = {}) =>
  statePlace(configOf(environment), { environment, platform: 'linux', nodeVersion, ...more });

describe('the state file', () => {
  test.each([
    [{ HOME: '/home/ana' }, 'linux', ['/home/ana', '.local', 'state']],
    [{ HOME: '/home/ana', XDG_STATE_HOME: resolve('/state') }, 'linux', [resolve('/state')]],
    [{ HOME: '/home/ana', XDG_STATE_HOME: 'state' }, 'linux', ['/home/ana', '.local', 'state']],
    [{ HOME: '/Users/ana' }, 'darwin', ['/Users/ana', '.local', 'state']],
    [{ LOCALAPPDATA: 'C:\\Users\\ana\\Local', HOME: '/home/ana' }, 'win32', ['C:\\Users\\ana\\Local']],
  ])('of %j on %s is in the state folder of the user', (environment, platform, folder) => {
    expect(place(environment, { platform })).toEqual({ path: join(...folder, 'manychat-mcp', 'state.db') });
  });

  test('can be named, and `~` is the home of the user', () => {
    expect(place({ HOME: '/home/ana', MANYCHAT_MCP_STATE_FILE: '~/mine.db' })).toEqual({
      path: resolve('/home/ana/mine.db'),
    });
    expect(place({ MANYCHAT_MCP_STATE_FILE: 'mine.db' })).toEqual({ path: resolve('mine.db') });
  });

  test.each([
    [{ HOME: '/home/ana', MANYCHAT_MCP_STATE_FILE: 'Off' }, nodeVersion, 'MANYCHAT_MCP_STATE_FILE is off'],
    [{ HOME: '/home/ana', MANYCHAT_MCP_SANDBOX: '1' }, nodeVersion, 'the embedded sandbox has its own'],
    [{ HOME: '/home/ana' }, '22.12.0', 'Node.js is older than 22.13'],
    [{ HOME: '/home/ana' }, '20.19.4', 'Node.js is older than 22.13'],
    [{}, '24.0.0', 'the user has no home folder'],
    [{ HOME: '' }, '24.0.0', 'the user has no home folder'],
  ])('is not used with %j on Node.js %s: %s', (environment, version, none) => {
    expect(place(environment, { nodeVersion: version })).toEqual({ none });
  });
});

test('doctor says that the state file is off', async () => {
  const { out } = await runHere(['doctor', '--sandbox', '--state-file', 'off'], {});
  expect(out).toContain('\nok       shared limits: not shared: ');
});
