import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pathOf } from '../../scripts/root.js';
import { connectProgram } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { type AppHostOptions, openView, showCall } from './support/app-host.js';
import { seriousFindings } from './support/findings.js';

const maria = '24958501110451908';

/** A client of the built program, with a sandbox behind it. */
async function connected(environment: Record<string, string> = {}) {
  const { sandbox, environment: own } = await sandboxed({ limits: false });
  const { client } = await connectProgram({ ...own, ...environment });
  onTestFinished(() => client.close());
  return { client, sandbox };
}

describe('the preview of a message', () => {
  test('is not sent yet while it streams in and while the call runs, and is sent when ManyChat accepted it', async () => {
    const { client, sandbox } = await connected();
    const tool = 'manychat_send_text';
    const args = {
      subscriber_id: maria,
      text: 'Your order has shipped!',
      buttons: [{ caption: 'Track it', url: 'https://example.com/track/1042' }],
    };
    const { frame, html, partial, input, result, asked } = await openView(client, tool);
    expect(html).toBe(readFileSync(pathOf('dist/pages/message-preview.html'), 'utf8'));
    const title = frame.getByRole('heading', { level: 1 });
    await frame.getByText('Not sent yet').waitFor();
    await partial({ subscriber_id: maria, text: 'Your ord' });
    await frame.getByText('Your ord', { exact: true }).waitFor();
    await frame.getByText('It is being written.').waitFor();
    await input(args);
    await frame.getByRole('link', { name: 'Track it' }).waitFor();
    expect(await title.innerText()).toContain('Not sent yet');
    expect(await frame.locator('.tone-sent').count()).toBe(0);
    await result({ ...(await client.callTool({ name: tool, arguments: args })) });
    await frame.locator('main.tone-sent').waitFor();
    expect(await title.innerText()).toContain('Sent');
    await frame.getByText('Maria Garcia').waitFor();
    expect(sandbox.messages()).toHaveLength(1);
    // A frame may not open windows, so the host is asked.
    await frame.getByRole('link', { name: 'Track it' }).click();
    expect(await asked('open-link')).toEqual({ url: 'https://example.com/track/1042' });
  });

  test('says why ManyChat refused a message, and looks unsent', async () => {
    const { client } = await connected();
    const args = { subscriber_id: '1523908701', text: 'Hi', channel: 'messenger' };
    const { frame, result } = await showCall(client, 'manychat_send_text', args);
    const [block] = result.content;
    const { error } = JSON.parse(block?.type === 'text' ? block.text : '');
    expect(error.performed).toBe('no');
    await frame.locator('main.tone-refused').waitFor();
    expect(await frame.getByRole('heading', { level: 1 }).innerText()).toContain('Not sent');
    await frame.getByText(`ManyChat: “${error.message}”`).waitFor();
    await frame.getByText(error.hint).waitFor();
  });

  test('does not know whether a message was sent whose call was cancelled', async () => {
    const { client } = await connected();
    const { frame, input, cancel } = await openView(client, 'manychat_send_text');
    await input({ subscriber_id: maria, text: 'Hi' });
    await cancel('user action');
    await frame.getByText('It is not known whether it was sent').waitFor();
    expect(await frame.locator('main').getAttribute('class')).toContain('tone-unknown');
  });

  test('shows a dry run as not sent', async () => {
    const { client, sandbox } = await connected({ MANYCHAT_MCP_DRY_RUN: '1' });
    const { frame } = await showCall(client, 'manychat_send_text', { subscriber_id: maria, text: 'Hi' });
    await frame.getByText('Dry run: not sent').waitFor();
    expect(sandbox.messages()).toEqual([]);
  });

  test('shows a checked message as it would be sent, and what is wrong with another', async () => {
    const { client } = await connected();
    const data = (messages: object[]) => JSON.stringify({ version: 'v2', content: { messages } });
    const good = await showCall(client, 'manychat_check_content', {
      data: data([{ type: 'image', url: 'https://example.com/a.png' }]),
    });
    await good.frame.getByText('Checked, not sent').waitFor();
    await good.frame.getByText('a.png', { exact: true }).waitFor();
    expect(await good.frame.locator('img').count()).toBe(0);
    const bad = await showCall(client, 'manychat_check_content', { data: data([{ type: 'text' }]) });
    await bad.frame.getByText('It cannot be sent like this').waitFor();
    await bad.frame.getByRole('heading', { name: 'Problems' }).waitFor();
  });

  test('names the flow that starts', async () => {
    const { client, sandbox } = await connected();
    const [flow] = sandbox.account().flows ?? [];
    const args = { subscriber_id: maria, flow_ns: flow?.ns ?? '' };
    const { frame } = await showCall(client, 'manychat_send_flow', args);
    await frame.getByText('Flow started').waitFor();
    await frame.getByText(args.flow_ns, { exact: true }).first().waitFor();
  });

  test('draws markup, scripts and addresses of strangers as text', async () => {
    const { client } = await connected();
    const evil = '<img src=x onerror=alert(1)><script>alert(1)</script>\u202edlrow';
    const { frame, input, result, seen } = await openView(client, 'manychat_send_content');
    await input({
      subscriber_id: evil,
      data: {
        content: {
          messages: [
            { type: 'text', text: evil, buttons: [{ type: 'url', caption: evil, url: 'javascript:alert(1)' }] },
            { type: 'image', url: 'https://evil.example/pixel.png' },
          ],
        },
      },
    });
    await frame.getByText('no link').first().waitFor();
    await result({ isError: true, content: [{ type: 'text', text: evil }] });
    await frame.getByText('It is not known whether it was sent').waitFor();
    expect(await frame.locator('img, script:not(body > script)').count()).toBe(0);
    expect(await frame.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await seen('call')).toEqual([]);
  });

  test('stands a huge message', async () => {
    const { client } = await connected();
    const { frame, input, result } = await openView(client, 'manychat_for_each_subscriber');
    const items = Array.from({ length: 1_000 }, (_, id) => ({ subscriber_id: String(id), text: 'x'.repeat(10_000) }));
    await input({ action: 'send_text', items });
    await frame.getByText('997 more are not drawn.').waitFor();
    await result({ content: [{ type: 'text', text: `{"other":"${'y'.repeat(3_000_000)}"}` }] });
    await frame.getByRole('heading', { name: 'Result' }).waitFor();
  });
});

describe('the view of contacts', () => {
  const search = { queries: ['Maria Garcia', 'Nobody Here'] };

  test('has a card for each, and hands the client the id that is chosen', async () => {
    const { client } = await connected();
    const { frame, asked, seen } = await showCall(client, 'manychat_find_subscribers', search, {
      capabilities: { message: { text: {} } },
    });
    await frame.getByText('4 contacts found').waitFor();
    await frame.getByText('No contact found.').waitFor();
    const card = frame.getByRole('listitem').filter({ hasText: maria });
    expect(await card.innerText()).toMatch(/24-hour window\s+(Open until|Closed since)/);
    await card.getByRole('button', { name: 'Use this contact' }).press('Enter');
    expect(await asked('message')).toEqual({
      role: 'user',
      content: [{ type: 'text', text: `I mean contact ${maria}.` }],
    });
    await frame.getByText(`Handed contact ${maria} to the client.`).waitFor();
    expect(await card.getByRole('button').getAttribute('aria-pressed')).toBe('true');
    expect(await seen('call')).toEqual([]);
  });

  test.each([
    [
      'keeps the id for the next message',
      { updateModelContext: { text: {} } },
      false,
      'The assistant sees it with your next message.',
    ],
    ['says that the client refused it', { message: { text: {} } }, true, 'Name the id in the chat.'],
  ])('%s where the client is like that', async (_, capabilities, refuses, text) => {
    const { client } = await connected();
    const { frame, seen } = await showCall(client, 'manychat_find_subscribers', search, { capabilities, refuses });
    await frame.getByRole('button', { name: 'Use this contact' }).first().click();
    await frame.getByText(text).waitFor();
    expect(await seen('context')).toHaveLength(refuses ? 0 : 1);
  });

  test('says so when nobody is found, and why a search failed', async () => {
    const { client, sandbox } = await connected();
    const tool = 'manychat_find_subscriber_by_system_field';
    const none = await showCall(client, tool, { email: 'nobody@example.com' });
    await none.frame.getByText('No contact found').waitFor();
    sandbox.injectFault({
      match: { path: '/findByName' },
      status: 400,
      body: { status: 'error', message: 'Odd name' },
    });
    const failed = await showCall(client, 'manychat_find_subscribers_by_name', { name: 'Maria Garcia' });
    await failed.frame.getByText('The search failed').waitFor();
    await failed.frame.getByText('Odd name').waitFor();
  });
});

describe('a host', () => {
  test('gives a view its theme, its colours, its insets and its time zone, also later', async () => {
    const { client } = await connected();
    const { frame, page } = await openView(client, 'manychat_find_subscribers', {
      hostContext: {
        theme: 'dark',
        timeZone: 'Asia/Tokyo',
        locale: 'en-GB',
        safeAreaInsets: { top: 20, right: 0, bottom: 0, left: 0 },
        styles: {
          variables: {
            '--color-background-primary': 'rgb(1, 2, 3)',
            '--color-text-primary': 'url(https://evil.example/)',
          },
        } as never,
      },
    });
    const root = frame.locator('html');
    const styleOf = (selector: string, property: string) =>
      frame.locator(selector).evaluate((each, name) => getComputedStyle(each).getPropertyValue(name), property);
    await frame.getByRole('heading').waitFor();
    expect([await styleOf('html', 'color-scheme'), await styleOf('body', 'background-color')]).toEqual([
      'dark',
      'rgb(1, 2, 3)',
    ]);
    expect(await styleOf('html', '--color-text-primary')).toBe('');
    expect(await styleOf('main', 'padding-top')).toBe('32px');
    await page.evaluate(() => window.bridge.setHostContext({ theme: 'light', displayMode: 'fullscreen' }));
    await frame.locator('html[data-mode=fullscreen]').waitFor();
    expect(await root.evaluate((each) => getComputedStyle(each).colorScheme)).toBe('light');
  });

  test('alone is listened to: a message of another window changes nothing', async () => {
    const { client } = await connected();
    const { frame, input } = await openView(client, 'manychat_send_text');
    const sent = { content: [{ type: 'text', text: '{"ok":true,"status":"accepted"}' }] };
    const message = { jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: sent };
    // The view's own window is another one than its host's.
    await frame.locator('html').evaluate((_, posted) => window.postMessage(posted, '*'), message);
    await input({ subscriber_id: maria, text: 'Hi' });
    await frame.getByText('The call has not ended.').waitFor();
    expect(await frame.getByRole('heading', { level: 1 }).innerText()).toContain('Not sent yet');
  });

  test('is told the height of the view, and ends it', async () => {
    const { client } = await connected();
    const { frame, page, input, seen } = await openView(client, 'manychat_send_text');
    await input({ subscriber_id: maria, text: 'One.\n'.repeat(40) });
    await frame.getByText('The call has not ended.').waitFor();
    const height = await frame.locator('body').evaluate((each) => Math.ceil(each.getBoundingClientRect().height));
    await page.waitForFunction(
      (expected) => window.seen.some(({ params }) => JSON.stringify(params) === JSON.stringify({ height: expected })),
      height,
    );
    expect(height).toBeGreaterThan(600);
    const reported = (await seen('size')).length;
    expect(await page.evaluate(() => window.bridge.teardownResource({}))).toEqual({});
    await page.evaluate(() => window.bridge.sendToolResult({ content: [{ type: 'text', text: '{"ok":true}' }] }));
    expect((await seen('size')).length).toBe(reported);
  });
});

describe.each<[string, AppHostOptions]>([
  ['light', { hostContext: { theme: 'light' } }],
  ['dark', { scheme: 'dark', hostContext: { theme: 'dark' } }],
  ['320 pixels wide', { width: 320 }],
])('a view that is %s', (_, options) => {
  const text = `${'A long text without end. '.repeat(20)}https://example.com/${'path'.repeat(30)}`;

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['a sent message', 'manychat_send_text', { subscriber_id: maria, text }, /^Sent$/],
    [
      'a refused message',
      'manychat_send_text',
      { subscriber_id: '1523908701', text, channel: 'messenger' },
      /Not sent/,
    ],
    [
      'a checked message',
      'manychat_check_content',
      { data: JSON.stringify([{ type: 'text', text }]) },
      /^Checked, not sent$/,
    ],
    ['contacts', 'manychat_find_subscribers', { queries: ['Maria Garcia'] }, /^4 contacts found$/],
  ])('shows %s whole, and accessible', async (__, tool, args, title) => {
    const { client } = await connected();
    const { frame, page } = await showCall(client, tool, args, options);
    await frame.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await frame.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  });
});
