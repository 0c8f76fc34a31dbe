import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { answerIn } from '../../../../src/cli/commands/listen/answer-in.js';
import { type MessageCommand, runCommand } from '../../../../src/cli/commands/listen/run-command.js';

const never = new AbortController().signal;

/** A command that runs a script of Node.js. */
const script = (text: string, more: Partial<MessageCommand> = {}): MessageCommand => ({
  file: process.execPath,
  args: ['-e', text],
  environment: { PATH: process.env.PATH, HOME: process.env.HOME },
  limitMs: 60_000,
  platform: process.platform,
  note: () => undefined,
  ...more,
});

test('returns what the program writes for its input', async () => {
  const echo = "process.stdin.on('data', (text) => process.stdout.write(text.toString().toUpperCase()))";
  expect(await runCommand(script(echo), 'hello', never)).toBe('HELLO');
  // One that reads nothing is no failure.
  expect(await runCommand(script("console.log('x')"), 'a'.repeat(1_000_000), never)).toBe('x\n');
});

test('starts no shell, whatever the words are', async () => {
  const words = ['$(touch pwned)', '; touch pwned', '`id`', '"', "'", '&& exit 1', '*', '\n'];
  const show = script('process.stdout.write(JSON.stringify(process.argv.slice(1)))');
  const output = await runCommand({ ...show, args: [...show.args, '--', ...words] }, '', never);
  expect(JSON.parse(output)).toEqual(words);
  await expect(runCommand({ ...show, file: 'no such program; id' }, '', never)).rejects.toThrow('ENOENT');
});

test('gives the program no keys', async () => {
  const environment = {
    PATH: process.env.PATH,
    LANG: 'C',
    MATON_API_KEY: 'secret-1',
    MANYCHAT_API_KEY: 'secret-2',
    MANYCHAT_MCP_INBOUND_SECRET: 'secret-3',
    MY_SHOP_TOKEN: 'secret-4',
    OTEL_EXPORTER_OTLP_HEADERS: 'secret-5',
    MANYCHAT_MCP_REDIS_URL: 'redis://:secret-6@127.0.0.1',
  };
  const output = await runCommand(script('console.log(JSON.stringify(process.env))', { environment }), '', never);
  expect(output).not.toContain('secret-');
  expect(JSON.parse(output)).toMatchObject({ LANG: 'C' });
});

test('fails with the exit code or the signal, and passes on what the program writes to stderr', async () => {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const failing = script("console.error('no\\nwonder'); process.exit(3)", { note });
  await expect(runCommand(failing, '', never)).rejects.toThrow('it ended with exit code 3');
  expect(lines).toEqual(['no', 'wonder']);
  await expect(runCommand(script("process.kill(process.pid, 'SIGKILL')"), '', never)).rejects.toThrow('SIGKILL');
  const loud = script("for (;;) process.stdout.write('x'.repeat(10_000))");
  await expect(runCommand(loud, '', never)).rejects.toThrow('more than 100000 characters');
});

test('ends the program, and what that has started, at its limit and on abort', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'listen-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pidFile = join(folder, 'pid');
  // Both ignore SIGTERM; the child writes its id when it does.
  const child = `process.on('SIGTERM', () => {}); require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
  const parent = `process.on('SIGTERM', () => {}); require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore' }); setInterval(() => {}, 1000)`;
  const gone = new AbortController();
  const running = runCommand(script(parent), '', gone.signal);
  const check = setInterval(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '' && gone.abort(), 20);
  onTestFinished(() => clearInterval(check));
  await expect(running).rejects.toThrow('the server ends');
  const pid = Number(readFileSync(pidFile, 'utf8'));
  const lives = (): boolean => {
    try {
      process.kill(pid, 0);
      // A process that has ended stays listed until its parent has read how.
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  while (lives()) await new Promise((resolve) => setTimeout(resolve, 20));
  await expect(runCommand(script('setInterval(() => {}, 1000)', { limitMs: 300 }), '', never)).rejects.toThrow(
    'it took longer than 0.3 seconds',
  );
});

test.runIf(process.platform !== 'win32')('does not wait for what has left the group of the program', async () => {
  const leaving = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] });
child.unref(); process.stdout.write(String(child.pid), () => process.exit(0));`;
  const pid = Number(await runCommand(script(leaving), '', never));
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGKILL');
});

test.each([
  ['  Yes, until 18:00.\n', { text: 'Yes, until 18:00.' }],
  ['', undefined],
  ['{}', undefined],
  ['{"text":"Yes"}', { text: 'Yes' }],
  ['{"status":"done","answer":"Yes"}', { text: 'Yes' }],
  ['{"answer":""}', undefined],
  ['{"data":{"version":"v2"}}', { data: { version: 'v2' } }],
  ['{"version":"v2","content":{"messages":[]}}', { data: { version: 'v2', content: { messages: [] } } }],
  ['{not JSON}', { text: '{not JSON}' }],
])('reads %j as an answer', (output, answer) => {
  expect(answerIn(output)).toEqual(answer);
});

test('refuses JSON that holds no answer', () => {
  expect(() => answerIn('{"reply":"Yes"}')).toThrow('neither text nor data');
});
