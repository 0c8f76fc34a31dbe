import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type SandboxAccount, startSandbox } from '../../src/sandbox/index.js';
import { answeringServer } from '../support/answering-server.js';
import { controlApi } from '../support/control-api.js';
import { noon, useSandbox } from '../support/sandboxed.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const { errorOf, request } = controlApi(sandbox);

const url = 'http://127.0.0.1:8080/inbound/default/request';

describe('POST /sandbox/hooks', () => {
  test('adds hooks, and shows every key', async () => {
    const { status, body } = await request('hooks', [
      { name: 'Machine', url },
      { name: 'Rule', url: 'https://bot.example.com/x', on: 'tag_applied', tag: 'VIP', mapping: { REPLY_TEXT: '$.a' } },
      { name: 'Block', kind: 'block', url: 'http://[::1]:8080/', on: 'flow', flow: 'Option 1', success: 'content456' },
    ]);
    expect([status, body.hooks]).toEqual([
      200,
      [
        {
          name: 'Machine',
          kind: 'request',
          on: 'message',
          url,
          method: 'POST',
          headers: {},
          body: '{{Full Contact Data}}',
          mapping: {},
          success: null,
          fallback: null,
        },
        expect.objectContaining({ tag: 'VIP', mapping: { reply_text: '$.a' } }),
        expect.objectContaining({ kind: 'block', flow: 'content123', success: 'content456' }),
      ],
    ]);
    expect(sandbox.account().hooks).toEqual(body.hooks);
    expect((await request('hooks', '', 'DELETE')).body).toEqual({ hooks: [] });
    expect(sandbox.account().hooks).toEqual([]);
  });

  test.each<[object, string]>([
    [{ url }, 'hooks.name is required'],
    [{ name: 'x' }, 'hooks.url is required'],
    [
      { name: 'x', url: 'http://example.com/' },
      'hooks.url must be an http URL on 127.0.0.1, localhost or [::1], or an https',
    ],
    [{ name: 'x', url: 'http://169.254.169.254/latest' }, 'hooks.url must be an http URL on 127.0.0.1'],
    [{ name: 'x', url: 'http://127.0.0.1.example.com/' }, 'hooks.url must be an http URL on 127.0.0.1'],
    [{ name: 'x', url: 'http://user:word@127.0.0.1/' }, 'hooks.url must be an http URL on 127.0.0.1'],
    [{ name: 'x', url: 'file:///etc/passwd' }, 'hooks.url must be an http URL on 127.0.0.1'],
    [{ name: 'x', url, on: 'tag_applied' }, 'hooks.tag is required with "on": "tag_applied"'],
    [{ name: 'x', url, on: 'tag_applied', tag: 'VIPs' }, 'did you mean "VIP"?'],
    [{ name: 'x', url, tag: 'VIP' }, 'hooks.tag is only allowed with "on": "tag_applied" or "tag_removed"'],
    [{ name: 'x', url, on: 'field_changed', field: 'coupon' }, 'no custom field "coupon"'],
    [{ name: 'x', url, on: 'sequence' }, 'hooks.on must be one of message, flow, tag_applied'],
    [{ name: 'x', url, on: 'new_contact', kind: 'block' }, 'a Rule runs only an External Request'],
    [{ name: 'x', url, on: 'new_contact', channel: 'whatsapp' }, 'hooks.channel is only allowed with "on": "message"'],
    [{ name: 'x', url, kind: 'block', mapping: {} }, 'is sent and not mapped'],
    [{ name: 'x', url, mapping: { reply_text: '$..answer' } }, 'hooks.mapping.reply_text must be a JSONPath'],
    [{ name: 'x', url, mapping: { reply: '$.answer' } }, 'no custom field "reply"'],
    [{ name: 'x', url, body: { text: '{{Last Text}}' } }, 'the field picker has no {{Last Text}}. It has contact_id,'],
    [{ name: 'x', url, method: 'GET', body: {} }, 'hooks.body: a GET has none'],
    [{ name: 'x', url, method: 'PATCH' }, 'hooks.method must be one of GET, POST, PUT, DELETE'],
    [{ name: 'x', url, headers: { 'x y': '1' } }, 'is not a valid HTTP header'],
    [{ name: 'x', url, headers: { Host: 'example.com' } }, 'hooks.headers.Host: the sandbox sets this header itself'],
    [{ name: 'x', url, success: 'Option 3' }, 'did you mean "Option 1"?'],
    [{ name: 'x', url, tpye: 'block' }, 'unknown key "tpye"'],
  ])('refuses %j', async (hook, words) => {
    expect(await errorOf('hooks', hook)).toContain(words);
    expect(sandbox.account().hooks).toEqual([]);
  });

  test('refuses a second hook of one name', async () => {
    expect(
      await errorOf('hooks', [
        { name: 'x', url },
        { name: 'x', url },
      ]),
    ).toBe('hooks[1].name: "x" is taken.');
  });
});

describe('tunnels', () => {
  test('lead from a public origin to one on this machine', async () => {
    const { body } = await request('tunnels', { from: 'https://bot.example.com/', to: 'http://localhost:8080' });
    expect(body).toEqual({ tunnels: { 'https://bot.example.com': 'http://localhost:8080' } });
    expect(sandbox.account().tunnels).toEqual(body.tunnels);
    await request('reset', {});
    expect(sandbox.account().tunnels).toEqual({});
  });

  test.each<[object, string]>([
    [{ to: 'http://localhost:8080' }, 'from must be a string'],
    [{ from: 'http://bot.example.com', to: 'http://localhost:8080' }, 'from must be an https URL without a path'],
    [{ from: 'https://bot.example.com/x', to: 'http://localhost:8080' }, 'from must be an https URL without a path'],
    [{ from: 'https://bot.example.com', to: 'http://192.168.0.1' }, 'to must be an http URL on 127.0.0.1'],
    [{ from: 'https://bot.example.com', to: 'https://localhost' }, 'to must be an http URL on 127.0.0.1'],
  ])('are refused: %j', async (tunnel, words) => {
    expect(await errorOf('tunnels', tunnel)).toContain(words);
  });
});

test('hooks and tunnels of an account file are exported as they are read', async () => {
  const account: SandboxAccount = {
    tags: [{ name: 'VIP' }],
    fields: [{ name: 'reply', type: 'text' }],
    flows: [{ name: 'Say', texts: ['{{reply}}'] }],
    hooks: [
      {
        name: 'Machine',
        url: 'https://bot.example.com/r',
        headers: { 'X-S': 's' },
        mapping: { reply: '$.answer' },
        success: 'Say',
      },
      { name: 'Rule', url, on: 'tag_removed', tag: 'VIP', method: 'GET' },
    ],
    tunnels: { 'https://bot.example.com': 'http://127.0.0.1:8080' },
  };
  const first = await startSandbox({ account, now: '2026-03-01T09:00:00Z' });
  const exported = first.account();
  await first.close();
  expect(exported).toMatchObject({ tunnels: account.tunnels, hooks: [{ headers: { 'X-S': 's' } }, { method: 'GET' }] });
  const second = await startSandbox({ account: exported });
  expect(second.account()).toEqual(exported);
  await second.close();
  const wrong = { ...account, tunnels: { 'ftp://x': 'http://127.0.0.1:1' }, hooks: [{ name: 'x', url, tag: 'VIP' }] };
  await expect(startSandbox({ account: wrong })).rejects.toThrow(
    /hooks\[0\]\.tag is only[\s\S]*tunnels\["ftp:\/\/x"\] must be an https/,
  );
});

describe('docs/sandbox.md', () => {
  const docs = readFileSync('docs/sandbox.md', 'utf8');

  test('has commands that work', async () => {
    const server = await answeringServer(() => ({ body: { answer: 'On Mondays.' } }));
    const local = (text: string) => text.replaceAll('http://127.0.0.1:8081', server.url);
    const curls = [
      ...docs.matchAll(/^curl '?http:\/\/127\.0\.0\.1:8080\/sandbox\/([^' \n]+)'?(?:.*\\\n +-d '(.+)')?$/gm),
    ];
    expect(curls.map(([, path]) => path?.split('/').at(-1))).toEqual([
      'hooks',
      'writes',
      'conversation?wait=true',
      'calls',
      'hooks',
    ]);
    const shown = [];
    for (const [, path = '', body] of curls) {
      const response = await request(path, local(body ?? ''), body === undefined ? 'GET' : 'POST');
      expect(response.status, path).toBe(200);
      shown.push(response.body);
    }
    expect(shown[2].conversation).toMatchObject([
      { from: 'contact', text: 'When do you ship?' },
      { from: 'page', messages: [{ text: 'On Mondays.' }] },
    ]);
    expect(shown[3].calls).toMatchObject([{ hook: 'Machine', branch: 'success' }]);
    // The agent that answers in the page.
    expect(shown[4].hooks.at(-1)).toMatchObject({
      url: 'http://127.0.0.1:8809/inbound/default/request',
      headers: { 'X-ManyChat-Secret': expect.stringContaining('$MANYCHAT_MCP_INBOUND_SECRET') },
    });
  });

  test('has examples that are accepted', async () => {
    const maria = '24958501110451908';
    sandbox.contactWrites(maria, { text: 'Hi' });
    const rows = [...docs.matchAll(/^\| `POST \/sandbox\/([\w/{}]+)` \|[^`]*`(\{[^`…]+\})`/gm)];
    expect(rows.map(([, path]) => path)).toEqual([
      'hooks',
      'hooks/test',
      'contacts/{id}/writes',
      'contacts/{id}/clicks',
      'calls/faults',
      'tunnels',
      'settings',
    ]);
    const headers = { authorization: `Bearer ${sandbox.matonKey}`, 'content-type': 'application/json' };
    const buttons = [{ type: 'url', caption: 'Yes', url: 'https://example.com' }];
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'Yes?', buttons }] } };
    const body = JSON.stringify({ subscriber_id: maria, data });
    await fetch(`${sandbox.url}/manychat/fb/sending/sendContent`, { method: 'POST', headers, body });
    for (const [, path = '', example = ''] of rows) {
      const response = await request(path.replace('{id}', maria), example);
      expect(response.status, example).toBe(200);
    }
    const mapped = /`(\{"reply_text":"[^`]+\})`/.exec(docs)?.[1] ?? '';
    const [, clicked = ''] = /`(\{"caption":"Yes","fires[^`]+\})`/.exec(docs) ?? [];
    sandbox.addHooks({ name: 'Mapped', url, mapping: JSON.parse(mapped) });
    expect((await request(`contacts/${maria}/clicks`, clicked)).status).toBe(200);
  });
});
