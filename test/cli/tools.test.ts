import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isAssignment } from '../../src/cli/commands/call/assignments.js';
import { readArguments } from '../../src/cli/commands/call/read-arguments.js';
import { through } from '../support/program.js';
import { requesting } from '../support/requesting.js';
import { useSandbox } from '../support/sandboxed.js';
import { recordingShell, runHere } from '../support/shell.js';

const names = requesting.map(({ name }) => [name]);

describe('tools', () => {
  test('lists every tool without a key and without a request', async () => {
    const { code, out } = await runHere(['tools'], {});
    expect(code).toBe(0);
    for (const { name, title } of requesting) expect(out).toContain(`${name.padEnd(43)}  ${title}`);
    const json = JSON.parse((await runHere(['tools', '--json'], {})).out);
    expect(json.tools).toHaveLength(requesting.length);
  });

  test('describes one tool: its purpose, its arguments and what they hold', async () => {
    const { out } = await runHere(['tools', 'send_text'], {});
    expect(out).toMatch(/^manychat_send_text: Send text\n\nSends a text/);
    expect(out).toMatch(/ {2}subscriber_id \(string, required\)\n {6}From a find tool/);
    expect(out).toMatch(/ {2}channel \(auto \| messenger \| instagram \| whatsapp \| telegram\)/);
    expect(out).toMatch(/ {2}buttons \(list of button \(max 3\)\)/);
    expect(out).toMatch(/\n {2}button\n {6}\{ caption, url\?, flow_ns\? \}\n/);
    expect((await runHere(['tools', 'get_page'], { MATON_CONNECTION_ID: 'c1' })).out).toContain('No arguments.');
    const { out: json } = await runHere(['tools', 'get_page', '--json'], {});
    expect(JSON.parse(json)).toMatchObject({ name: 'manychat_get_page' });
  });

  test('shows the whole grammar of a message, each part once', async () => {
    const { out } = await runHere(['tools', 'send_content'], {});
    const [, shapes = ''] = /\nWhat they hold .*\n([\s\S]*)\n\nExample/.exec(out) ?? [];
    const titles = shapes.split('\n').filter((line) => /^ {2}\w/.test(line));
    expect(titles.map((line) => line.trim())).toEqual([
      'data',
      'content',
      'message, one of',
      'button, one of',
      'action, one of',
      'customer',
      'product',
      'element',
      'quick_reply, one of',
      'external_message_callback',
    ]);
    expect(shapes).toContain('      { type: image | video | audio, url, buttons?: list of button (max 3) }\n');
    expect(shapes).toContain('      { action: add_tag | remove_tag, tag_name }\n');
    expect(shapes).toContain('headers?: { NAME: string, … }, payload?: object,');
  });

  test.each(names)('%s is described within 80 columns, except for its example', async (name) => {
    for (const columns of [80, 60]) {
      const { out } = await runHere(['tools', name], {}, { columns });
      const [description = ''] = out.split('\nExample\n');
      expect(description.split('\n').filter((line) => line.length > columns)).toEqual([]);
    }
  });
});

/** The words that a POSIX shell makes of a command line. */
const posixWords = (line: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

/** The words that programs on Windows make of a command line of cmd. */
const windowsWords = (line: string): string[] =>
  Array.from(
    line.matchAll(/"((?:\\"|[^"])*)"|(\S+)/g),
    ([, quoted, plain = '']) => quoted?.replaceAll('\\"', '"') ?? plain,
  );

describe('the example of a tool', () => {
  const sandbox = useSandbox({ limits: false });

  test.each(names)('gives what %s declares, in any shell', async (name) => {
    const { shell } = recordingShell({});
    const example = requesting.find((each) => each.name === name)?.example ?? {};
    const input = requesting.find((each) => each.name === name)?.input;
    for (const [platform, split] of [
      ['linux', posixWords],
      ['win32', windowsWords],
    ] as const) {
      const { out } = await runHere(['tools', name], {}, { platform });
      const [program, call, tool, ...words] = split(out.split('\nExample\n')[1] ?? '');
      expect([program, call, tool]).toEqual(['manychat-mcp', 'call', name]);
      expect(words.filter((word) => !isAssignment(word))).toEqual([]);
      const args = await readArguments({ words, file: undefined }, name, shell);
      expect(Object.keys(args ?? {})).toEqual(Object.keys(example));
      expect(input?.parse(args)).toBeDefined();
    }
  });

  test('of Windows has no quotes inside quotes', async () => {
    for (const [name = ''] of names) {
      const { out } = await runHere(['tools', name], {}, { platform: 'win32' });
      expect(out.split('\nExample\n')[1]).not.toMatch(/\\"|'/);
    }
  });

  test('works, and keeps the options that choose the account', async () => {
    const environment = through(sandbox.url, sandbox.matonKey);
    const { out } = await runHere(['--connection', sandbox.connectionId, 'tools', 'send_text'], environment, {
      program: 'npx manychat-mcp',
    });
    const [npx, program, ...args] = posixWords(out.split('\nExample\n')[1] ?? '');
    expect([npx, program, ...args.slice(0, 3)]).toEqual([
      'npx',
      'manychat-mcp',
      '--connection',
      sandbox.connectionId,
      'call',
    ]);
    expect((await runHere(args, environment)).code).toBe(0);
    expect((await runHere(['tools', 'get_page', '--sandbox'], {})).out).toContain(
      '  manychat-mcp --sandbox call manychat',
    );
  });
});
