import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isAssignment } from '../../src/cli/commands/call/assignments.js';
import { documentedSettings } from '../../src/config/settings.js';
import { declarations, toolsets } from '../../tools/index.js';
import { useFolder } from '../support/folder.js';
import { program } from '../support/program.js';
import { runHere } from '../support/shell.js';

/** The words that are offered at the end of a line. */
async function offered(line: string): Promise<string[]> {
  const { code, out } = await runHere(['__complete', '--', line], {});
  expect(code).toBe(0);
  return out === '' ? [] : out.split('\n').map((each) => each.split('\t')[0] ?? '');
}

const short = (name: string): string => name.replace('manychat_', '');

describe('completion offers', () => {
  test('commands, and no hidden one', async () => {
    const commands = ['serve', 'tools', 'call', 'bulk', 'resolve', 'connect', 'doctor', 'sandbox', 'completion'];
    expect(await offered('manychat-mcp ')).toEqual(expect.arrayContaining(commands));
    expect(await offered('manychat-mcp _')).toEqual([]);
    expect(await offered('manychat-mcp --sandbox ca')).toEqual(['call']);
  });

  test('every tool, with its prefix once that is typed', async () => {
    for (const command of ['call', 'tools']) {
      expect(await offered(`manychat-mcp ${command} `)).toEqual(declarations.map(({ name }) => short(name)));
      expect(await offered(`manychat-mcp ${command} manychat_`)).toEqual(declarations.map(({ name }) => name));
    }
  });

  test.each(declarations.map(({ name }) => [name]))('the arguments of %s', async (name) => {
    const words = await offered(`manychat-mcp call ${short(name)} `);
    expect(words).toEqual(await offered(`manychat-mcp call ${name} `));
    expect(words.filter((word) => !isAssignment(word))).toEqual([]);
    const { input, example } = declarations.find((each) => each.name === name) ?? {};
    const given = words.map((word) => word.split(/:?=/, 1)[0]);
    expect(given).toEqual(expect.arrayContaining(Object.keys(input?.shape ?? {})));
    expect(given).toEqual(expect.arrayContaining(Object.keys(example ?? {})));
  });

  test.each([
    [
      'call send_text channel=',
      ['auto', 'messenger', 'instagram', 'whatsapp', 'telegram'].map((each) => `channel=${each}`),
    ],
    ['call send_text "text=Hi you" ch', ['channel=']],
    ["call send_text 'text=Hi you' channel=messenger ch", []],
    ['call send_text text=', []],
    ['call no_such_tool ', []],
    ['--confirm ', ['nothing', 'destroy', 'sends']],
    ['--confirm=s', ['--confirm=sends']],
    ['--toolsets page,f', ['page,flows', 'page,fields']],
    ['--exclude-tools send_text,get_p', ['send_text,get_page']],
    ['bulk a.csv --channel t', ['telegram']],
    ['bulk a.csv --send-t', ['--send-text']],
    ['bulk ', []],
    ['bulk a.csv --journal ', []],
    ['help doc', ['doctor']],
    ['completion ', ['bash', 'zsh', 'fish', 'powershell']],
  ])('after %j: %j', async (line, words) => {
    expect(await offered(`manychat-mcp ${line}`)).toEqual(words);
  });

  test('every flag, and for --toolsets every set', async () => {
    const flagsOf = (http: boolean) =>
      documentedSettings.flatMap(({ flag, serving = false, inbound = false }) =>
        flag === undefined || (serving || inbound) !== http ? [] : [`--${flag}`],
      );
    const ofCall = await offered('manychat-mcp call get_page --');
    expect(ofCall).toEqual(expect.arrayContaining([...flagsOf(false), '--file', '--json']));
    expect(ofCall.filter((word) => flagsOf(true).includes(word))).toEqual([]);
    expect(await offered('manychat-mcp serve --')).toEqual(
      expect.arrayContaining([...flagsOf(false), ...flagsOf(true)]),
    );
    expect(await offered('manychat-mcp --toolsets ')).toEqual(Object.keys(toolsets));
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).error === undefined;

describe('the script', () => {
  const write = useFolder();

  test.each(['bash', 'zsh', 'fish', 'powershell'])(
    'for %s says how to load it, and calls this program',
    async (name) => {
      const { code, out } = await runHere(['completion', name], {}, { programAnywhere: 'node /p/manychat-mcp.js' });
      expect(code).toBe(0);
      expect(out).toMatch(/^# Completion of manychat-mcp for .*: .*node \/p\/manychat-mcp\.js completion \w+/);
      expect(out).toContain('node /p/manychat-mcp.js __complete -- ');
    },
  );

  test('is not there for other shells', async () => {
    await expect(runHere(['completion', 'tcsh'], {})).rejects.toThrow(
      'completion is for bash, zsh, fish, powershell, not "tcsh"',
    );
  });

  test.skipIf(!has('bash')).each([
    ['manychat-mcp call send_te', 'send_text'],
    ['manychat-mcp call send_text ch', 'channel='],
    ['manychat-mcp call send_text channel=mes', 'messenger'],
    ['manychat-mcp call set_custom_fields fie', 'fields:='],
    ['manychat-mcp --toolsets page,fl', 'page,flows'],
    ['manychat-mcp bulk contacts', ''],
  ])('of bash completes %j with %j', (line, word) => {
    const script = `eval "$(node "$0" completion bash)"; COMP_LINE=$1; COMP_POINT=\${#1}; _manychat_mcp; printf %s "\${COMPREPLY[*]}"`;
    expect(execFileSync('bash', ['-c', script, program, line], { encoding: 'utf8' })).toBe(word);
  });

  test.each(['zsh', 'fish'].filter(has).map((shell) => [shell]))('of %s is valid', (shell) => {
    const script = execFileSync(process.execPath, [program, 'completion', shell], { encoding: 'utf8' });
    const { status, stderr } = spawnSync(shell, ['-n', write('script', script)], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
