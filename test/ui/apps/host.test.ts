import type { McpUiHostCapabilities } from '@modelcontextprotocol/ext-apps';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHost, handsLater, opensLinks } from '../../../ui/apps/host.js';
import { noContext } from '../../../ui/apps/host-context.js';

/** A view and what it posted; `answer` ends its last request. */
function viewed(name = 'test') {
  const posted: Record<string, unknown>[] = [];
  const ended: string[] = [];
  const host = createHost({
    name,
    post: (message) => void posted.push({ ...message }),
    onChange: () => undefined,
    onClose: () => void ended.push('closed'),
  });
  const answer = (said: object): void =>
    host.receive({ jsonrpc: '2.0', id: posted.findLast(({ id }) => id !== undefined)?.id, ...said });
  const notice = (method: string, params?: object): void =>
    host.receive({ jsonrpc: '2.0', method: `ui/notifications/${method}`, params });
  const open = (hostCapabilities: McpUiHostCapabilities = {}, hostContext: object = {}): void => {
    host.connect();
    answer({
      result: { protocolVersion: '2026-01-26', hostInfo: { name: 'h', version: '1' }, hostCapabilities, hostContext },
    });
  };
  return { host, posted, ended, answer, notice, open };
}

describe('the handshake', () => {
  test('asks first, and says that the view is ready when the host has answered', () => {
    const { host, posted, answer } = viewed('preview');
    host.connect();
    host.resized(10);
    expect(posted).toEqual([
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'ui/initialize',
        params: {
          appInfo: { name: 'preview', version: '1' },
          appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
          protocolVersion: '2026-01-26',
        },
      },
    ]);
    answer({ result: { hostCapabilities: { openLinks: {} } } });
    expect(posted.at(-1)).toEqual({ jsonrpc: '2.0', method: 'ui/notifications/initialized', params: {} });
    expect(opensLinks(host.known())).toBe(true);
  });

  test('shows why a host refuses', () => {
    const { host, answer } = viewed();
    host.connect();
    answer({ error: { code: -1, message: 'Not here' } });
    expect(host.known().connection).toEqual({ state: 'refused', reason: 'Not here' });
  });
});

test('the height is reported once it is known and each time it changes', () => {
  const { host, posted, open } = viewed();
  open();
  for (const height of [10, 10, 12]) host.resized(height);
  expect(posted.slice(2)).toEqual(
    [10, 12].map((height) => ({ jsonrpc: '2.0', method: 'ui/notifications/size-changed', params: { height } })),
  );
});

test('requests of the host are answered: pings, the end of the view, and others as not known', () => {
  const { host, posted, ended, open } = viewed();
  open();
  host.receive({ jsonrpc: '2.0', id: 'a', method: 'ping' });
  host.receive({ jsonrpc: '2.0', id: 0, method: 'tools/list' });
  expect(ended).toEqual([]);
  host.receive({ jsonrpc: '2.0', id: 'b', method: 'ui/resource-teardown', params: {} });
  expect(posted.slice(2)).toEqual([
    { jsonrpc: '2.0', id: 'a', result: {} },
    { jsonrpc: '2.0', id: 0, error: { code: -32601, message: 'Method not found' } },
    { jsonrpc: '2.0', id: 'b', result: {} },
  ]);
  expect(ended).toEqual(['closed']);
});

describe('the context of the host', () => {
  test('is read, and changes in parts', () => {
    const { host, notice, open } = viewed();
    const tool = { name: 'manychat_send_text', inputSchema: { type: 'object' as const } };
    open({}, { theme: 'dark', locale: 'de-DE', timeZone: 'Europe/Berlin', toolInfo: { tool } });
    notice('host-context-changed', {
      displayMode: 'fullscreen',
      safeAreaInsets: { top: 8, right: 0, bottom: 9, left: 1 },
    });
    const { context, call } = host.known();
    expect([context, call.tool]).toEqual([
      {
        ...noContext,
        tool: 'manychat_send_text',
        theme: 'dark',
        locale: 'de-DE',
        timeZone: 'Europe/Berlin',
        displayMode: 'fullscreen',
        insets: [8, 0, 9, 1],
      },
      'manychat_send_text',
    ]);
  });

  test('gives only the variables that the views use', () => {
    const { host, open } = viewed();
    const variables = { '--color-text-primary': 'red', '--other': 'url(https://evil.example)', '--font-sans': 7 };
    open({}, { styles: { variables } });
    expect([...host.known().context.variables]).toEqual([['--color-text-primary', 'red']]);
  });
});

describe('what is handed to the client', () => {
  test.each<[string, McpUiHostCapabilities, string, boolean]>([
    [
      'as a message where the host takes messages',
      { message: { text: {} }, updateModelContext: {} },
      'ui/message',
      false,
    ],
    [
      'for the next turn where it takes only that',
      { updateModelContext: { text: {} } },
      'ui/update-model-context',
      true,
    ],
    ['as a message where it does not say', {}, 'ui/message', false],
  ])('goes %s', async (_, capabilities, method, later) => {
    const { host, posted, answer, open } = viewed();
    open(capabilities);
    const handed = host.hand('I mean contact 7.');
    answer({ result: {} });
    expect(await handed).toEqual({ ok: true });
    expect(handsLater(host.known())).toBe(later);
    const content = [{ type: 'text', text: 'I mean contact 7.' }];
    expect(posted.at(-1)).toMatchObject({ method, params: later ? { content } : { role: 'user', content } });
  });

  test.each([
    [{ error: { code: -32601, message: 'Method not found' } }, 'Method not found'],
    [{ result: { isError: true } }, 'the client refused'],
  ])('is not taken if the host answers %j', async (said, reason) => {
    const { host, answer, open } = viewed();
    open();
    const handed = host.hand('I mean contact 7.');
    answer(said);
    expect(await handed).toEqual({ ok: false, reason });
  });

  test('is nothing before the host has answered', async () => {
    const { host, posted } = viewed();
    expect(await host.hand('x')).toMatchObject({ ok: false });
    expect(posted).toEqual([]);
  });
});

describe('the call', () => {
  const input = { subscriber_id: '1', text: 'Hi' };
  const sent = { content: [{ type: 'text', text: '{"ok":true}' }] };
  const callAfter = (...notices: [string, object?][]) => {
    const { host, notice, open } = viewed();
    open();
    for (const each of notices) notice(...each);
    const { tool: _, ...call } = host.known().call;
    return call;
  };

  test('streams in until its input is complete', () => {
    const partial = (text: string): [string, object] => ['tool-input-partial', { arguments: { text } }];
    expect(callAfter(partial('H'), partial('Hi'))).toEqual({ input: { text: 'Hi' }, isPartial: true });
    expect(callAfter(['tool-input', { arguments: input }], partial('H'))).toEqual({ input, isPartial: false });
  });

  test('is not forgotten to have ended when a host shows the same input once more', () => {
    const shown: [string, object] = ['tool-input', { arguments: input }];
    expect(callAfter(shown, ['tool-result', sent], shown).end).toEqual({ kind: 'data', data: { ok: true } });
    expect(callAfter(shown, ['tool-result', sent], ['tool-input', { arguments: { text: 'Other' } }])).toEqual({
      input: { text: 'Other' },
      isPartial: false,
    });
  });

  test('was cancelled unless there is a result', () => {
    const cancelled: [string, object] = ['tool-cancelled', { reason: 'user action' }];
    expect(callAfter(cancelled).end).toEqual({ kind: 'cancelled', reason: 'user action' });
    expect(callAfter(['tool-result', sent], cancelled).end).toEqual({ kind: 'data', data: { ok: true } });
    expect(callAfter(cancelled, ['tool-result', sent]).end).toEqual({ kind: 'data', data: { ok: true } });
  });

  test.each([
    [
      'structured data',
      { structuredContent: { ok: true }, content: [{ type: 'text', text: 'see it' }] },
      { kind: 'data', data: { ok: true } },
    ],
    ['data as text', sent, { kind: 'data', data: { ok: true } }],
    [
      'a failure',
      { isError: true, content: [{ type: 'text', text: '{"error":{"kind":"network"}}' }] },
      { kind: 'failure', failure: { kind: 'network' } },
    ],
    [
      'an error of the client',
      { isError: true, content: [{ type: 'text', text: 'Denied' }] },
      { kind: 'text', text: 'Denied', isError: true },
    ],
    [
      'prose',
      { content: [{ type: 'text', text: 'Done' }, { type: 'image' }, null] },
      { kind: 'text', text: 'Done', isError: false },
    ],
    ['nothing', {}, { kind: 'text', text: '', isError: false }],
    ['a question to the user, which ends nothing', { resultType: 'input_required' }, undefined],
  ])('ends with %s', (_, result, end) => {
    expect(callAfter(['tool-result', result]).end).toEqual(end);
  });
});

test('no message whatsoever makes a view throw', () => {
  const method = fc.constantFrom(
    'ui/notifications/tool-input',
    'ui/notifications/tool-input-partial',
    'ui/notifications/tool-result',
    'ui/notifications/tool-cancelled',
    'ui/notifications/host-context-changed',
    'ping',
    '__proto__',
  );
  const frame = fc.record(
    {
      jsonrpc: fc.constant('2.0'),
      id: fc.anything(),
      method,
      params: fc.anything(),
      result: fc.anything(),
      error: fc.anything(),
    },
    { requiredKeys: ['jsonrpc'] },
  );
  const { host, open } = viewed();
  open();
  fc.assert(
    fc.property(fc.oneof(frame, fc.anything()), (data) => {
      host.receive(data);
      expect(host.known().connection.state).toBe('open');
    }),
  );
});
