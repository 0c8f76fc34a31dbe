import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/account/telemetry/log.js';
import { createRedactor } from '../../src/text/redaction.js';
import { type Caller, callerThrough, createCaller } from '../support/caller.js';
import { configOf } from '../support/config.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { pinnedId, through } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { base64, forms, places } from '../support/secret-forms.js';
import { runHere } from '../support/shell.js';
import { impatientClock } from '../support/timing.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

/** A key of each shape, and the credentials of a proxy. */
const manychatKey = '123456789:4f9ac02be1d7836503cd9a7be1f02c44';
const matonKey = 'mtn/Live+9fQ~3c_Kx8.ZpW2=vR6&tY1%s';
const user = 'proxy-user-name';
const password = 'proxy-pass/word:1';

/** All substrings of a length: none of them can occur in a text that shows no secret. */
function partsOf(texts: readonly string[], length: number): string[] {
  return texts.flatMap((text) =>
    Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length)),
  );
}

const secretPart = (key: string): string => key.slice(key.indexOf(':') + 1);

describe.each([
  ['a Maton key', { MATON_API_KEY: matonKey }, matonKey],
  [
    'a ManyChat key that is not used, because a Maton key is set',
    { MATON_API_KEY: matonKey, MANYCHAT_API_KEY: manychatKey },
    manychatKey,
  ],
] as const)('%s', (_, keys, key) => {
  let upstream: Upstream;
  let caller: Caller;
  beforeAll(async () => {
    upstream = await startUpstream();
    const addresses = { MATON_GATEWAY_URL: upstream.url, MATON_CONTROL_URL: upstream.url };
    const settings = { ...addresses, ...keys, MATON_CONNECTION_ID: pinnedId, MANYCHAT_MCP_LOG_LEVEL: 'debug' };
    caller = createCaller(settings, { clock: impatientClock, pacer: everyTurnAtOnce, random: () => 0 });
  });
  afterAll(async () => {
    await caller.close();
    await upstream.close();
  });

  const calls = {
    read: ['manychat_get_page', {}],
    send: ['manychat_send_flow', { subscriber_id: '1', flow_ns: 'content1' }],
  } as const;

  test.each(Object.entries(forms))('is shown nowhere: %s', async (_, formOf) => {
    const form = formOf(key);
    const parts = partsOf([secretPart(key).toLowerCase()], 12);
    for (const [place, replyOf] of Object.entries(places)) {
      upstream.reply = replyOf(form);
      for (const [tool, args] of Object.values(calls)) {
        caller.logged.length = 0;
        const output = JSON.stringify([await caller.call(tool, args), caller.logged]);
        const leaked = parts.find((part) => output.toLowerCase().includes(part));
        expect(leaked, `${place}: ${output}`).toBeUndefined();
        // Forms such as base64 encode groups of characters: up to four can be left at either end.
        const inForm = partsOf([formOf(secretPart(key)).slice(6, -6)], 30).find((part) => output.includes(part));
        expect(inForm, `${place}: ${output}`).toBeUndefined();
      }
    }
  });
});

describe('the redactor', () => {
  const redactor = createRedactor([manychatKey, matonKey, password]);

  test('does not change ordinary texts', () => {
    const texts = [
      'Your order 123456789 has shipped: see https://example.com/?id=123456789&lang=en%20US',
      'The page 123456789 is connected',
      '100% &amp; more <b>for</b> you\\n',
      'שלום 👋🏽 עולם',
      'proxy',
      '',
    ];
    for (const text of texts) expect(redactor.withoutKeys(text)).toBe(text);
  });

  test('removes nothing but the secret', () => {
    expect(redactor.withoutKeys(`before ${manychatKey} after`)).toBe('before [redacted] after');
    expect(redactor.withoutKeys(`a=${encodeURIComponent(matonKey)}&b=2`)).toBe('a=[redacted]&b=2');
    expect(redactor.withoutKeys(`${matonKey}${matonKey}`)).toBe('[redacted][redacted]');
    expect(redactor.withoutKeys(`x ${password} y ${manychatKey}`)).toBe('x [redacted] y [redacted]');
  });

  test('does not change what it has redacted', () => {
    const link = 'https://x/?session_token=abc and session_token%3Ddef and {"sessionToken":"ghi"}';
    const once = redactor.forFailure(`${link} ${matonKey}`);
    expect(once).not.toMatch(/abc|def|ghi/);
    expect(redactor.forFailure(once)).toBe(once);
    expect(redactor.forFailure('https://x/?session_token=abc and session_token%3Ddef')).toBe(
      'https://x/?session_token=[redacted] and session_token%3D[redacted]',
    );
  });

  test('learns a key once, however often it is added', () => {
    const learning = createRedactor([manychatKey]);
    for (let count = 0; count < 2; count += 1) for (const key of [matonKey, manychatKey]) learning.learn('key', key);
    expect(learning.withoutKeys(`${matonKey} ${manychatKey}`)).toBe('[redacted] [redacted]');
  });

  test('forgets the oldest of more than 100 tokens, and no key', () => {
    const learning = createRedactor([manychatKey]);
    const tokens = Array.from({ length: 101 }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'));
    for (const token of tokens) learning.learn('token', token);
    const [oldest] = tokens;
    expect(learning.withoutSecrets(`${oldest}`)).toBe(oldest);
    expect(learning.withoutSecrets(`${tokens.at(-1)} ${manychatKey}`)).toBe('[redacted] [redacted]');
  });

  test('ignores secrets that are short enough to be words', () => {
    const short = createRedactor(['page', 'no', '1', '']);
    expect(short.withoutKeys('no page 1')).toBe('no page 1');
  });

  test('takes little time for texts of 100 kB, even for those that are hard to decode', () => {
    const texts = [
      'Maria Garcia wrote: is my order on its way? '.repeat(2_300),
      'https://scontent.example/v/t1.jpg?stp=dst-jpg&_nc=1%2F2&oh=00_AfD '.repeat(1_500),
      '%'.repeat(100_000),
      '%25'.repeat(33_000),
      '&#x'.repeat(33_000),
      '<b>'.repeat(33_000),
      '='.repeat(100_000),
      '\\u00'.repeat(25_000),
      `${matonKey.slice(0, 11)} `.repeat(8_000),
      'שלום עולם '.repeat(10_000),
    ];
    for (const text of texts) redactor.withoutKeys(text);
    const before = process.cpuUsage();
    for (const text of texts) redactor.withoutKeys(text);
    // CPU time of this process, about ten milliseconds a text. Quadratic work would take minutes.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(5_000);
  });
});

describe('a key in the place of another value', () => {
  const wrong = [
    ['MATON_CONNECTION_ID', matonKey],
    ['MATON_CONNECTION_ID', manychatKey],
    ['MATON_CONNECTION_ID', `"${matonKey}"`],
    ['MATON_GATEWAY_URL', `https://${encodeURIComponent(matonKey)}.example.com`],
    ['MATON_CONTROL_URL', `https://example.com/${manychatKey}`],
    ['MANYCHAT_MCP_TOOLS', manychatKey],
    ['MANYCHAT_MCP_EXCLUDE_TOOLS', matonKey],
    ['MANYCHAT_MCP_LOG_LEVEL', matonKey],
    ['MANYCHAT_MCP_READ_ONLY', matonKey],
    ['MANYCHAT_MCP_DEADLINE_MS', manychatKey],
    ['HTTPS_PROXY', `http://${encodeURIComponent(matonKey)}@proxy.example`],
    ['NO_PROXY', '987654321:00112233445566778899aabbccddeeff'],
  ] as const;

  test.each(wrong)('stops the start with the name of the setting, without the key: %s', (name, value) => {
    const read = () => configOf({ MATON_API_KEY: matonKey, MANYCHAT_API_KEY: manychatKey, [name]: value });
    expect(read).toThrow(new RegExp(`^${name} contains (the key that is set as M|what looks like a ManyChat key)`));
    expect(read).not.toThrow(/4f9ac02be1d7|mtn\/Live|0011223344/);
  });

  test('is refused as a connection_id, and sent nowhere', async () => {
    const upstream = await startUpstream();
    const caller = createCaller({ ...through(upstream.url, matonKey), MANYCHAT_API_KEY: manychatKey });
    const other = '987654321:00112233445566778899aabbccddeeff';
    for (const id of [matonKey, manychatKey, other]) {
      for (const tool of ['manychat_get_page', 'manychat_get_connection', 'manychat_delete_connection']) {
        const outcome = await caller.call(tool, { connection_id: id });
        expect(outcome).toMatchObject({ ok: false, failure: { kind: 'invalid_input', performed: 'no' } });
        expect(JSON.stringify([outcome, caller.logged])).not.toMatch(/4f9ac02b|mtn\/L|00112233/);
      }
    }
    expect(upstream.arrived).toHaveLength(0);
    await caller.close();
    await upstream.close();
  });
});

test('the log shows no secret, wherever it is logged', () => {
  const lines: string[] = [];
  const settings = {
    MATON_API_KEY: matonKey,
    HTTPS_PROXY: `http://${user}:${encodeURIComponent(password)}@proxy.example`,
  };
  const { secrets } = configOf(settings).host;
  const { log } = createLog({ logLevel: 'debug', secrets }, { write: (line: string) => void lines.push(line) });
  const basic = base64(`${user}:${password}`);
  log.info({ connection: matonKey, deep: { list: [`"${matonKey}"`, encodeURIComponent(matonKey)] } }, `of ${matonKey}`);
  log.error({ error: new Error(matonKey), [matonKey]: `Basic ${basic} ${user} ${password}` }, 'x\u202e\u009b31m');
  for (const part of partsOf([matonKey, password, basic.slice(4, -4)], 12)) expect(lines.join('')).not.toContain(part);
  expect(lines.join('')).not.toContain(user);
  expect(lines.map((line) => JSON.parse(line).level)).toEqual([20 + 10, 50]);
  expect(lines.join('')).not.toMatch(/\u202e|\u009b/);
});

test('a dry run and the commands show no key', async () => {
  const { sandbox, environment } = await sandboxed();
  const key = sandbox.matonKey;
  const settings = { ...environment, MATON_CONNECTION_ID: sandbox.connectionId };
  const caller = createCaller({ ...settings, MANYCHAT_MCP_DRY_RUN: '1' });
  const outcome = await caller.call('manychat_create_tag', { name: `key ${key}` });
  expect(outcome).toMatchObject({ ok: true, result: { requests: [{ body: { name: 'key [redacted]' } }] } });
  await caller.close();
  const args = JSON.stringify({ name: `a ${key}` });
  const called = await runHere(['call', 'create_tag', args, '--json'], settings);
  const usage = await runHere(['doctor'], { ...settings, MANYCHAT_MCP_TOOLS: key });
  expect(called.out + called.err + usage.out + usage.err).not.toContain(key);
});

describe('the token of a link', () => {
  const token = 'Qk7Zp2Wm9Xr4Tn8Bv3Ls';
  const links = {
    session_token: `https://connect.maton.ai/?session_token=${token}`,
    sessionToken: `https://connect.maton.ai/?sessionToken=${token}`,
    token: `https://connect.maton.ai/?app=manychat&token=${token}`,
    path: `https://connect.maton.ai/connect/${token}`,
    'another name': `https://connect.maton.ai/?x=${token}`,
    fragment: `https://connect.maton.ai/start#t=${token}`,
  };

  test.each(Object.entries(links))('is shown in no failure and no log: %s', async (_, url) => {
    const upstream = await startUpstream();
    const caller = callerThrough(upstream.url);
    const connection = { connection_id: 'c-1', status: 'PENDING', url, link: url, metadata: { url, token } };
    upstream.reply = { body: { connection } };
    expect(await caller.call('manychat_get_connection', { connection_id: 'c-1' })).toEqual({
      ok: true,
      result: { connection: { connection_id: 'c-1', status: 'PENDING', url } },
    });
    upstream.reply = { body: { connections: [connection] } };
    expect(await caller.call('manychat_list_connections')).toEqual({
      ok: true,
      result: { total: 1, connections: [{ connection_id: 'c-1', status: 'PENDING' }] },
    });
    upstream.reply = { body: { connection: { ...connection, status: 'ACTIVE' } } };
    expect(JSON.stringify(await caller.call('manychat_get_connection', { connection_id: 'c-1' }))).not.toContain(token);
    const echoes = [url, token, encodeURIComponent(url), base64(url), token.toLowerCase(), `{"link":"${url}"}`];
    for (const echo of echoes) {
      upstream.reply = { status: 400, body: { status: 'error', message: `No: ${echo}`, details: [echo] } };
      const output = JSON.stringify([await caller.call('manychat_get_page'), caller.logged]).toLowerCase();
      expect(output).not.toContain(token.toLowerCase());
      expect(output).not.toContain(base64(url).slice(-20, -4).toLowerCase());
    }
    await caller.close();
    await upstream.close();
  });

  test('is recognised by its name in a link that was never seen', () => {
    const redactor = createRedactor([]);
    for (const url of [links.session_token, links.sessionToken, links.token, links.path]) {
      expect(redactor.forFailure(`See ${url}.`)).not.toContain(token);
      expect(redactor.forFailure(encodeURIComponent(url))).not.toContain(token);
    }
  });

  test('is redacted, but neither the words of the link nor the id of its connection', async () => {
    const upstream = await startUpstream();
    const caller = callerThrough(upstream.url);
    const id = '21fd90f9-5935-43cd-b6c8-bde9d915ca80';
    const url = `https://connect.maton.ai/authorize/${id}?app=manychat&session_token=${token}&code=connection`;
    upstream.reply = { body: { connection_id: id, status: 'PENDING', url, auth_method: 'manychat' } };
    await caller.call('manychat_get_connection', { connection_id: id });
    upstream.reply = { status: 404, body: { message: `manychat: connection ${id} not found` } };
    expect(JSON.stringify(await caller.call('manychat_get_connection', { connection_id: id }))).toContain(
      `manychat: connection ${id} not found`,
    );
    await caller.close();
    await upstream.close();
  });
});
