import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programName } from '../../src/cli/shell/program-name.js';
import { shellWord } from '../../src/cli/shell/shell-word.js';
import { useFolder } from '../support/folder.js';
import { program } from '../support/program.js';
import { runHere } from '../support/shell.js';

const exec = { npm_command: 'exec' };

describe('the words that start the program', () => {
  test.each([
    ['/repo/dist/manychat-mcp.js', '/repo', {}, 'node dist/manychat-mcp.js'],
    ['/repo/dist/manychat-mcp.js', '/', {}, 'node repo/dist/manychat-mcp.js'],
    ['/repo/dist/manychat-mcp.js', '/home', {}, 'node /repo/dist/manychat-mcp.js'],
    ['/my repo/dist/manychat-mcp.js', '/home', {}, "node '/my repo/dist/manychat-mcp.js'"],
    ['/repo/dist/manychat-mcp.js', '/repo', exec, 'node dist/manychat-mcp.js'],
    ['/h/.npm/_npx/1/node_modules/.bin/manychat-mcp', '/repo', exec, 'npx manychat-mcp'],
    ['/repo/node_modules/.bin/manychat-mcp', '/repo', { PATH: '/repo/node_modules/.bin' }, 'npx manychat-mcp'],
    ['/usr/bin/manychat-mcp', '/home', { PATH: '/bin:/usr/bin/' }, 'manychat-mcp'],
    ['/opt/manychat-mcp', '/home', { PATH: '/bin:/usr/bin' }, 'node /opt/manychat-mcp'],
    [
      '/repo/node_modules/manychat-mcp/dist/manychat-mcp.js',
      '/repo',
      {},
      'node node_modules/manychat-mcp/dist/manychat-mcp.js',
    ],
    ['', '/repo', {}, 'manychat-mcp'],
  ])('%s started in %s with %j: %s', (script, folder, environment, words) => {
    expect(programName({ script, folder, environment, platform: 'linux' })).toBe(words);
  });

  test.each([
    ['C:\\repo\\dist\\manychat-mcp.js', 'C:\\repo', {}, 'node dist\\manychat-mcp.js'],
    ['C:\\my repo\\dist\\manychat-mcp.js', 'D:\\', {}, 'node "C:\\my repo\\dist\\manychat-mcp.js"'],
    ['C:\\npx\\node_modules\\manychat-mcp\\dist\\manychat-mcp.js', 'C:\\', exec, 'npx manychat-mcp'],
    ['C:\\npm\\node_modules\\manychat-mcp\\dist\\manychat-mcp.js', 'C:\\', { Path: 'C:\\npm;C:\\x' }, 'manychat-mcp'],
  ])('%s started in %s with %j on Windows: %s', (script, folder, environment, words) => {
    expect(programName({ script, folder, environment, platform: 'win32' })).toBe(words);
  });

  const write = useFolder();

  test.skipIf(process.platform === 'win32')('are those of its help, its examples and its errors', () => {
    const folder = join(dirname(write('x', '')), 'bin');
    mkdirSync(folder);
    symlinkSync(program, join(folder, 'manychat-mcp'));
    const PATH = [folder, process.env.PATH].join(delimiter);
    const shown = (command: string): string =>
      execFileSync('sh', ['-c', `${command} --help && ${command} tools get_page; ${command} toolz 2>&1; true`], {
        env: { PATH },
        cwd: dirname(dirname(program)),
        encoding: 'utf8',
      });
    for (const [command, words] of [
      ['manychat-mcp', 'manychat-mcp'],
      ['node dist/manychat-mcp.js', 'node dist/manychat-mcp.js'],
      [`node ${program}`, 'node dist/manychat-mcp.js'],
    ] as const) {
      const out = shown(command);
      expect(out).toContain(`Usage: ${words} [options] [command]`);
      expect(out).toContain(`\n  ${words} call manychat_get_page`);
      expect(out).toContain(`did you mean tools? See ${words} --help`);
    }
  });
});

describe('a word of a command line', () => {
  test.each([
    ['text=Hi', 'text=Hi', 'text=Hi'],
    ['text=Hi Maria!', "'text=Hi Maria!'", '"text=Hi Maria!"'],
    ["it's", "'it'\\''s'", '"it\'s"'],
    ['ids[]=1', "'ids[]=1'", '"ids[]=1"'],
    ['a\\b', "'a\\b'", 'a\\b'],
    ['a,b', "'a,b'", '"a,b"'],
    ['', "''", '""'],
  ])('%j is quoted where a shell would change it', (text, posix, windows) => {
    expect([shellWord(text, 'linux'), shellWord(text, 'win32')]).toEqual([posix, windows]);
  });
});

describe('the help', () => {
  test('of the program has its options once and each line within 80 columns', async () => {
    const { out } = await runHere(['--help'], {});
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out.split('\n').length).toBeLessThan(54);
    expect(out.match(/--read-only /g)?.length).toBe(2);
  });

  test.each(['serve', 'tools', 'call', 'bulk', 'resolve', 'connect', 'doctor', 'sandbox'])(
    'of %s has its own options and says where the others are',
    async (command) => {
      const { code, out } = await runHere([command, '--help'], {}, { program: 'npx manychat-mcp' });
      expect([code, out]).toEqual([0, expect.stringContaining(`Usage: npx manychat-mcp ${command}`)]);
      expect(out).not.toContain('--read-only');
      expect(out).toMatch(/\n\nOptions of every command, such as --sandbox: npx manychat-mcp --help$/);
    },
  );
});
