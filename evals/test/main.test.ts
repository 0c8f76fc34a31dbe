import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { asObject } from '../../tools/contract/json.js';
import { evals } from '../runner/command.js';
import { listAt, textAt } from '../solutions/solution.js';
import { type Asked, inTurn, type Reply, type ScriptedModel, scriptedModel } from './scripted-model.js';

const key = 'sk-not-a-real-key-42';
const program = `"${process.execPath}" dist/manychat-mcp.js`;
const folder = mkdtempSync(join(tmpdir(), 'manychat-mcp-evals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let running: ScriptedModel | undefined;
afterEach(() => running?.close());

async function model(script: (asked: Asked, count: number) => Reply) {
  running = await scriptedModel(script);
  const env = {
    EVALS_PROVIDER: 'openai-compatible',
    EVALS_MODEL: 'scripted',
    EVALS_BASE_URL: running.url,
    EVALS_API_KEY: key,
  };
  return { env, asked: running.asked };
}

/** Runs the command in this process: its exit code, what it prints and what it tells. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, now = Date.now) {
  const printed: string[] = [];
  const told: string[] = [];
  const code = await evals({
    args,
    env,
    print: (line) => void printed.push(line),
    tell: (line) => void told.push(line),
    now,
  });
  return { code, printed: printed.join('\n'), told: told.join('\n') };
}

const cells = (table: string, name: string): string[] => {
  const line = table.split('\n').find((each) => each.trimStart().startsWith(name));
  return line?.trim().split(/\s{2,}/) ?? [];
};

describe('npm run evals', () => {
  test('shows its help in 80 columns', async () => {
    const { code, printed, told } = await run(['--help']);
    expect([code, told]).toEqual([0, '']);
    for (const part of [
      '--server "command"',
      '--task name',
      '--json file',
      'EVALS_MODEL ',
      'EVALS_MAX_STEPS ',
      '{url}',
    ])
      expect(printed).toContain(part);
    expect(printed.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  const complete = { EVALS_MODEL: 'm', EVALS_PROVIDER: 'openai-compatible', EVALS_BASE_URL: 'http://127.0.0.1:9/v1' };
  test.each<[string, string[], Record<string, string>, string]>([
    ['an unknown option', ['--serve', 'x'], {}, "Unknown option '--serve'. --help"],
    ['a word without an option', ['two-marias'], {}, "Unexpected argument 'two-marias'"],
    ['a third server', ['--server', 'a', '--server', 'b', '--server', 'c'], complete, 'once or twice'],
    ['an empty server', ['--server', ' '], complete, '--server needs a command'],
    ['a server without a model', ['--server', 'a'], {}, '--server needs a model: set EVALS_MODEL'],
    ['an unknown task', ['--task', 'two-maria'], {}, 'There is no task two-maria. The tasks are:\n  '],
    ['a report in a folder that does not exist', ['--json', join(folder, 'no/report.json')], {}, 'cannot be written'],
    ['an unknown setting', [], { EVALS_MODELL: 'm' }, 'EVALS_MODELL: unknown. The settings are EVALS_MODEL,'],
    ['no provider', [], { EVALS_MODEL: 'm' }, 'EVALS_PROVIDER must be openai-compatible or anthropic'],
    ['another provider', [], { ...complete, EVALS_PROVIDER: 'x' }, 'EVALS_PROVIDER must be'],
    ['no address', [], { ...complete, EVALS_BASE_URL: ' ' }, 'EVALS_BASE_URL must be set'],
    ['an address that is none', [], { ...complete, EVALS_BASE_URL: 'ftp://a' }, 'must be an http or https address'],
    ['an address with a password', [], { ...complete, EVALS_BASE_URL: 'http://a:secret@b' }, 'must have no user'],
    ['no key for Anthropic', [], { ...complete, EVALS_PROVIDER: 'anthropic' }, 'EVALS_API_KEY must be set'],
    ['no steps', [], { ...complete, EVALS_MAX_STEPS: '0' }, 'from 1 to 200'],
    ['steps that are no number', [], { ...complete, EVALS_MAX_STEPS: 'many' }, 'from 1 to 200'],
  ])('refuses %s before anything runs', async (_, args, env, message) => {
    const { code, printed, told } = await run(args, env);
    expect([code, printed]).toEqual([1, '']);
    expect(told).toContain(message);
    expect(told).not.toContain('secret');
  });

  test('without a model says what to set, and runs the solutions of the chosen tasks', async () => {
    const { code, printed, told } = await run(['--task', 'two-marias', '--task', 'maria-by-email']);
    expect(code).toBe(0);
    expect(told).toContain('set EVALS_MODEL and EVALS_PROVIDER');
    expect(told).toMatch(/^reference 2\/2 [a-z-]+: done, calls: \d$/m);
    expect(cells(printed, 'reference')).toEqual([
      'reference',
      'tasks',
      'done',
      'calls',
      'tokens',
      'errors',
      'wrong person',
      'twice',
    ]);
    expect(cells(printed, 'total').slice(0, 3)).toEqual(['total', '2', '2']);
    expect(cells(printed, 'baseline')[0]).toBe('baseline');
    expect(printed).not.toContain('Not done');
  });

  test('with a model runs it on the program of this repository, and reports every call', async () => {
    const find = { tool: 'manychat_find_subscribers', args: '{"queries":["Maria Garcia"]}' };
    const send = { tool: 'manychat_send_text', args: '{"subscriber_id":"1","text":"Hello"}' };
    const { env } = await model(inTurn([find], [send], `Which one? My key is ${key}.`));
    const json = join(folder, 'report.json');
    let time = Date.UTC(2026, 10, 26, 9);
    const now = (): number => {
      time += 1_500;
      return time;
    };
    const { code, printed, told } = await run(['--task', 'two-marias', '--json', json], env, now);
    expect(code).toBe(0);
    expect(cells(printed, 'total')).toEqual(['total', '1', '0', '2', expect.stringMatching(/^\d+$/), '1', '0', '0']);
    expect(printed).toMatch(/^Not done:\n {2}manychat-mcp, two-marias: the answer does not say /m);
    const page = join(folder, 'report.html');
    expect(told).toBe(`manychat-mcp 1/1 two-marias: not done, calls: 2\nReport for a browser: ${page}`);

    const text = readFileSync(json, 'utf8');
    const report: unknown = JSON.parse(text);
    expect(asObject(asObject(report).model)).toEqual({
      provider: 'openai-compatible',
      model: 'scripted',
      baseUrl: env.EVALS_BASE_URL,
      maxSteps: 30,
    });
    const [series] = listAt(report, 'series');
    expect(series).toMatchObject({ name: 'manychat-mcp', total: { tasks: 1, done: 0, calls: 2, errors: 1 } });
    const [only] = listAt(series, 'runs');
    expect(textAt(only, 'answer')).toBe('Which one? My key is [EVALS_API_KEY].');
    expect(listAt(only, 'calls').map(({ tool, isError }) => [tool, isError])).toEqual([
      [find.tool, false],
      [send.tool, true],
    ]);
    const shown = readFileSync(page, 'utf8');
    expect(shown).toContain('<p>scripted (openai-compatible)</p>');
    expect(shown).toMatch(/<th scope="row">two-marias<.*not done<\/td><td>2<\/td><td>\d+<\/td><td>1<\/td><td>1\.5</);
    expect(shown).toContain('1 task within 1 second, at 2026-11-26 09:00:03 UTC.');
    if (process.platform !== 'win32') expect(statSync(page).mode & 0o777).toBe(0o600);
    expect(text + printed + told + shown).not.toContain(key);
  });

  test('compares two servers, which are not given the settings of the model', async () => {
    const seen = join(folder, 'environment.json');
    const wrapper = join(folder, 'wrapper.mjs');
    writeFileSync(
      wrapper,
      `import { writeFileSync } from 'node:fs';
writeFileSync(${JSON.stringify(seen)}, JSON.stringify([process.env, process.argv.splice(2, 2)]));
await import(${JSON.stringify(pathToFileURL(resolve('dist/manychat-mcp.js')).href)});`,
    );
    const { env, asked } = await model(inTurn('Which Maria Garcia?'));
    const few = `"${process.execPath}" "${wrapper}" {url} {manychat_key} --toolsets essentials`;
    const args = ['--task', 'two-marias', '--server', `${program} --read-only`, '--server', few];
    const { code, printed, told } = await run(args, env);
    expect([told, code]).toEqual([expect.stringMatching(/^server 1 1\/1 .*\nserver 2 1\/1 .*$/), 0]);
    expect(printed).toMatch(/^server 1: .*\nserver 2: /);
    expect(printed.match(/^server [12] +tasks/gm)).toHaveLength(2);
    const offered = asked.map(({ tools }) => tools.map((tool) => tool.function.name));
    expect(offered).toHaveLength(2);
    expect(offered[0]).not.toContain('manychat_send_text');
    expect(offered[1]).toContain('manychat_send_text');
    expect(readFileSync(seen, 'utf8')).not.toMatch(new RegExp(`EVALS_|${key}`));
    const [environment, placeholders] = JSON.parse(readFileSync(seen, 'utf8'));
    expect(placeholders).toEqual([environment.MANYCHAT_API_URL, environment.MANYCHAT_API_KEY]);
    expect(environment.MANYCHAT_API_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('ends with exit code 1 if a server does not start', async () => {
    const { env } = await model(inTurn('no'));
    const { code, printed, told } = await run(['--task', 'two-marias', '--server', 'exit 3'], env);
    expect([code, printed]).toEqual([1, '']);
    expect(told).toMatch(/^server 1 does not run: .+ Start its command by hand to see why\.$/);
  });

  test('as a process ends with exit code 1 if the model cannot be asked, and never shows the key', async () => {
    const { env, asked } = await model(inTurn({ status: 401, message: `Incorrect API key provided: ${key}` }));
    const command = ['evals/dist/evals/main.js', '--task', 'two-marias', '--task', 'tag-lisbon'];
    const started = promisify(execFile)(process.execPath, command, { env: { PATH: process.env.PATH, ...env } });
    await expect(started).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'the model cannot be asked: HTTP 401: Incorrect API key provided: [EVALS_API_KEY]\n',
    });
    expect(asked).toHaveLength(1);
  });
});
