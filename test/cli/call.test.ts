import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/account/call/call-tool.js';
import { exitCodeOfResult, untilOver } from '../../src/cli/commands/call/command.js';
import type { Fault } from '../../src/sandbox/index.js';
import type { Result } from '../../tools/contract/json.js';
import { useFolder } from '../support/folder.js';
import { john, maria, tom } from '../support/people.js';
import { pinnedTo, through } from '../support/program.js';
import { lost, useSandbox } from '../support/sandboxed.js';
import { runHere } from '../support/shell.js';

const sandbox = useSandbox({ limits: false });
const write = useFolder();

const shell = (args: readonly string[], input = '') =>
  runHere(args, through(sandbox.url, sandbox.matonKey), { input: async () => input });

describe('call', () => {
  test('prints a result as readable text, or as JSON', async () => {
    const { code, out, err } = await shell(['call', 'manychat_find_subscribers_by_name', '{"name":"Maria Garcia"}']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^subscribers:\n {2}- id: 24958501110451908\n {4}name: Maria Garcia\n/);
    expect(out).toMatch(/\ncount: 4\ncapped: false$/);
    const json = await shell(['call', 'get_page', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ page: { name: 'Sunrise Coffee' } });
  });

  test('reads arguments from the command line, a file or stdin without losing digits', async () => {
    const path = write('maria.json', '\uFEFF{"subscriber_id": 24958501110451908}');
    for (const { out } of [
      await shell(['call', 'get_subscriber', '{"subscriber_id": 24958501110451908}', '--json']),
      await shell(['call', 'get_subscriber', '--file', path, '--json']),
      await shell(['call', 'get_subscriber', '-', '--json'], '{"subscriber_id": 24958501110451908}\n'),
    ]) {
      expect(JSON.parse(out).subscriber.id).toBe('24958501110451908');
    }
  });

  test('prints how long to wait after a 429', async () => {
    const headers = { 'retry-after': '300' };
    sandbox.injectFault({ match: { path: 'getTags' }, status: 429, headers, body: { message: 'Slow down' } });
    const { code, err } = await shell(['call', 'list_tags']);
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(/^rate_limited: .*Slow down.*\n {2}retry_after_s: 300\nWait/),
    ]);
  });

  test('prints a failure on stderr, or as JSON on stdout', async () => {
    const send = ['call', 'send_text', '{"subscriber_id":"24958501110460017","text":"Hi"}'];
    const { code, out, err } = await shell(send);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^window_closed: Content can't be sent[\s\S]*\n {2}The contact last interacted 3 d ago/);
    expect(err).toMatch(/\nDo not retry[\s\S]*\n\(nothing was changed or sent\)$/);
    const json = await shell([...send, '--json']);
    expect([json.code, json.err]).toEqual([1, '']);
    expect(JSON.parse(json.out).error).toMatchObject({ kind: 'window_closed', performed: 'no' });
  });

  test('names the SOCKS proxy that a call would go through, and does not make it', async () => {
    const environment = { MATON_API_KEY: 'k3y', HTTPS_PROXY: 'socks5://user:pass5word@127.0.0.1:1080' };
    const { code, err } = await runHere(['call', 'list_connections'], environment);
    expect([code, err]).toEqual([1, expect.stringMatching(/^network: HTTPS_PROXY names a SOCKS proxy, and only HTTP/)]);
    expect(err).toMatch(/\nThe person who runs this server sets HTTPS_PROXY to an HTTP proxy, or NO_PROXY/);
    expect(err).not.toContain('pass5word');
    const others = [
      ['tools', 'send_text'],
      ['call', 'get_page', '--sandbox'],
    ];
    for (const args of others) expect((await runHere(args, environment)).code).toBe(0);
  });

  test('exits with 3 for an unknown outcome, 4 for a retryable failure, 2 for wrong arguments and 1 otherwise', async () => {
    const send = ['call', 'send_text', '{"subscriber_id":"123456789","text":"Hi"}'];
    sandbox.injectFault(lost('sendContent', true));
    const unknown = await shell(send);
    expect([unknown.code, unknown.err]).toEqual([3, expect.stringContaining('(it may have been carried out)')]);
    sandbox.injectFault({ match: { path: 'getTags' }, times: 9, status: 503, body: {} });
    expect((await shell(['call', 'list_tags'])).code).toBe(4);
    expect((await shell(['call', 'get_subscriber', '{}'])).code).toBe(2);
    expect((await runHere(['call', 'get_page'], {})).code).toBe(1);
  });

  test('reports the steps done before a failed one, and that the failed one did nothing', async () => {
    const args = { subscriber_id: '123456789', fields: { reply_text: 'Hi' }, flow_ns: 'content20000101000000_1' };
    const { code, err } = await shell(['call', 'set_fields_and_send_flow', JSON.stringify(args)]);
    expect(code).toBe(1);
    expect(err).toContain('Done: set "reply_text".');
    expect(err).toMatch(/\(the failed step changed and sent nothing\)/);
  });

  test.each([
    [[john], {}, undefined, 0],
    [[john, tom], {}, undefined, 1],
    [[tom], {}, undefined, 1],
    [[john], {}, lost('sendContent', true), 3],
    [[john, maria], {}, { match: { path: 'sendContent' }, after: 1, times: 9, status: 401, body: {} }, 4],
    [[tom], { MANYCHAT_MCP_DRY_RUN: '1' }, undefined, 0],
  ] as [string[], Record<string, string>, Fault | undefined, number][])(
    'exits by the outcomes of many contacts: %j %j %j is %i',
    async (subscriber_ids, environment, fault, code) => {
      if (fault !== undefined) sandbox.injectFault(fault);
      const args = ['call', 'for_each_subscriber', JSON.stringify({ subscriber_ids, action: 'send_text', text: 'Hi' })];
      const run = await runHere(args, { ...pinnedTo(sandbox), ...environment });
      expect([run.code, run.out, run.err]).toEqual([code, expect.anything(), expect.anything()]);
    },
  );

  test.each([
    [{}, 0],
    [{ done: 1, failed: [], unknown: [], remaining: 0 }, 0],
    [{ failed: [{ error: 'not_found', subscriber_ids: ['1'] }], unknown: [], remaining: 0 }, 1],
    [{ failed: [{}], unknown: [], remaining: 1 }, 4],
    [{ failed: [{}], unknown: [], remaining: 0, stopped: 'network: gone' }, 4],
    [{ failed: [{}], unknown: ['1'], remaining: 1 }, 3],
  ])('the result %j for many contacts exits with %i', (result, code) => {
    expect(exitCodeOfResult(result)).toBe(code);
  });

  describe('a job for many contacts that takes several calls', () => {
    const part = (accepted: number, more: Result = {}): Outcome => ({
      ok: true,
      result: { accepted, remaining: 3 - accepted, resume: 'handle', ...more },
    });
    const failed: Outcome = {
      ok: false,
      failure: { kind: 'network', message: 'Gone', hint: 'Wait.', retryable: true, performed: 'no', source: 'network' },
    };
    const never = new AbortController().signal;

    test.each([
      [[part(1), part(2), { ok: true, result: { accepted: 3, remaining: 0 } }], { accepted: 3, remaining: 0 }],
      [[part(1), part(2, { stopped: 'x' }), part(3)], { accepted: 2, remaining: 1, stopped: 'x' }],
      [[part(1, { retry_after_s: 70 }), part(3)], { accepted: 1, remaining: 2, retry_after_s: 70 }],
      [[part(1), failed], { accepted: 1, remaining: 2, stopped: 'network: Gone. Wait.' }],
      [[{ ok: true, result: { ok: true } }], { ok: true }],
    ] as [Outcome[], Result][])('ends with the last result, without its handle: %j', async (outcomes, result) => {
      const [first = failed, ...next] = outcomes;
      const resume = async () => next.shift() ?? failed;
      expect(await untilOver(first, resume, never)).toEqual({ ok: true, result });
    });

    test('ends when the user ends it', async () => {
      const ended = AbortSignal.abort();
      const { result } = Object(await untilOver(part(1), async () => part(2), ended));
      expect(result).toEqual({ accepted: 1, remaining: 2 });
      expect(await untilOver(failed, async () => part(2), never)).toBe(failed);
    });
  });

  test.each([
    [['--tools', ',', 'call', 'nothing'], /^there is no tool "nothing"\. See manychat-mcp tools$/],
    [
      ['--exclude-tools', 'send_text', 'call', 'send_text'],
      /^manychat_send_text is not offered: --exclude-tools, --tools, --toolsets or --read-only leaves it out$/,
    ],
    [['--read-only', 'tools', 'manychat_send_text'], /^manychat_send_text is not offered: .*--read-only/],
  ])('%j names what leaves the tool out', async (args, words) => {
    await expect(shell(args)).rejects.toThrow(words);
  });

  test.each([
    [['mail', 'get_page'], /unknown command "mail"\. See manychat-mcp --help/],
    [['cal', 'get_page'], /unknown command "cal"; did you mean call\?/],
    [['call', 'send_txt'], /there is no tool "send_txt"; did you mean manychat_send_text\?/],
    [
      ['call', 'get_page', '{'],
      /the argument is not JSON: it ends too early: a } or \] is missing\n {2}\{\n {3}\^ line 1, column 2\n/,
    ],
    [['call', 'get_page', '-'], /^stdin is not JSON: it is empty$/],
    [['call', 'get_page', '{"subscriber_id": "123456789"}', 'more'], /^the argument is not JSON:/],
    [['call', 'get_page', '5'], /^"5" is not an argument like NAME=VALUE/],
    [['call', 'get_page', '--file', '/nowhere'], /--file: ENOENT/],
    [['call', 'get_page', '{}', '--file', '/nowhere'], /give the arguments either as JSON or with --file/],
    [['tools', 'nothing_like_it'], /there is no tool "nothing_like_it"\. See manychat-mcp tools$/],
    [['tools', 'bulk'], /there is no tool "bulk"\. See manychat-mcp tools$/],
    [['call', 'nope'], /there is no tool "nope"\. See manychat-mcp tools$/],
  ])('%j is refused', async (args, words) => {
    await expect(shell(args)).rejects.toThrow(words);
  });

  test.each([
    [['call'], /missing required argument 'tool'/],
    [['call', 'get_page', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
    [
      ['call', 'get_page', '--name', 'Maria'],
      /unknown option '--name'\nThe arguments of a tool have no dashes: NAME=VALUE/,
    ],
    [['tools', 'get_page', 'more'], /too many arguments/],
  ])('%j is not a valid command line', async (args, words) => {
    const { code, out, err } = await shell(args);
    expect([code, out, err]).toEqual([2, '', expect.stringMatching(words)]);
    expect(err).toMatch(/See manychat-mcp (call|tools) --help$/);
  });
});

test.each([[[]], [['serve']]])('a key after %j is refused without being shown', async (before) => {
  const key = '123456:0123456789abcdef0123';
  await expect(runHere([...before, key], {})).rejects.toThrow(/^(?!.*0123456789).*$/s);
});
