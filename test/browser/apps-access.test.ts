import { describe, expect, onTestFinished, test } from 'vitest';
import { connectProgram } from '../support/program.js';
import { sandboxed } from '../support/sandboxed.js';
import { type AppHostOptions, openView, showCall } from './support/app-host.js';
import { seriousFindings } from './support/findings.js';
import { comparePicture } from './support/pictures.js';

const maria = '24958501110451908';

/** Opens views of the built program, with a sandbox behind it, and shows what is looked at. */
async function connected() {
  const { environment } = await sandboxed({ limits: false });
  const { client } = await connectProgram(environment);
  onTestFinished(() => client.close());
  return client;
}

const message = {
  subscriber_id: maria,
  text: 'Your order has shipped!',
  buttons: [{ caption: 'Track it', url: 'https://example.com/track/1042' }],
  quick_replies: [{ caption: 'Talk to us', flow_ns: 'content123456' }],
};

/** The views in each of their states, by the text that says that they are in it. */
const states = {
  async unsent(options: AppHostOptions) {
    const view = await openView(await connected(), 'manychat_send_text', options);
    await view.input(message);
    await view.frame.getByText('Not sent yet').waitFor();
    return view;
  },
  async sent(options: AppHostOptions) {
    const view = await showCall(await connected(), 'manychat_send_text', message, options);
    await view.frame.locator('main.tone-sent').waitFor();
    return view;
  },
  async refused(options: AppHostOptions) {
    const view = await showCall(
      await connected(),
      'manychat_send_text',
      { ...message, subscriber_id: '24958501110460017' },
      options,
    );
    await view.frame.locator('main.tone-refused').waitFor();
    return view;
  },
  async unknown(options: AppHostOptions) {
    const view = await openView(await connected(), 'manychat_send_text', options);
    await view.input(message);
    await view.cancel('user action');
    await view.frame.locator('main.tone-unknown').waitFor();
    return view;
  },
  async contacts(options: AppHostOptions) {
    const search = { queries: ['Maria Garcia', 'Nobody Here'] };
    const view = await showCall(await connected(), 'manychat_find_subscribers', search, {
      capabilities: { message: { text: {} } },
      ...options,
    });
    await view.frame.getByText('4 contacts found').waitFor();
    await view.frame.getByRole('button', { name: 'Use this contact' }).first().press('Enter');
    await view.frame.getByText('Handed contact').waitFor();
    return view;
  },
};

describe.each(Object.entries(states))('the view: %s', (_, show) => {
  test.each(['light', 'dark'] as const)('has no serious finding at 320 pixels, and fits (%s)', async (scheme) => {
    const { page, frame } = await show({ scheme, width: 320, hostContext: { theme: scheme } });
    expect(await seriousFindings(page)).toEqual([]);
    const overflow = await frame.locator('html').evaluate((root) => root.scrollWidth - root.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

describe('pictures', () => {
  test.each(['unsent', 'sent', 'unknown'] as const)('a message that is %s looks as recorded', async (name) => {
    const { page } = await states[name]({ width: 480, height: 640 });
    await comparePicture(page.locator('iframe'), `message-preview-${name}`);
  });

  test('a message that ManyChat refused looks as recorded', async () => {
    const { page, input, result, frame } = await openView(await connected(), 'manychat_send_text', {
      width: 480,
      height: 640,
    });
    await input(message);
    const error = {
      kind: 'window_closed',
      message: "Content can't be sent to subscriber without message tag.",
      performed: 'no',
      hint: 'Wait until the contact writes.',
    };
    await result({ isError: true, content: [{ type: 'text', text: JSON.stringify({ error }) }] });
    await frame.locator('main.tone-refused').waitFor();
    await comparePicture(page.locator('iframe'), 'message-preview-refused');
  });

  test('contacts that were found look as recorded', async () => {
    const { page, input, result, frame } = await openView(await connected(), 'manychat_find_subscribers', {
      scheme: 'dark',
      width: 480,
      height: 640,
    });
    await input({ queries: ['Maria Garcia'] });
    const found = [
      { id: maria, name: 'Maria Garcia', window: 'open until 2026-06-16T09:40Z', email: 'maria.garcia@example.com' },
      { id: '1523908700', name: 'Maria Garcia', channels: ['whatsapp'], window: 'closed since 2026-05-07T10:00Z' },
    ].map((contact) => ({ matched_by: 'name', ...contact }));
    const results = { results: [{ query: 'Maria Garcia', matches: found }] };
    await result({ content: [{ type: 'text', text: JSON.stringify(results) }] });
    await frame.getByText('2 contacts found').waitFor();
    await comparePicture(page.locator('iframe'), 'subscribers-dark');
  });
});
