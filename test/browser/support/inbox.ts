import type { Locator, Page } from 'playwright-core';
import type { Sandbox } from '../../../src/sandbox/index.js';
import { openPage, type PageOptions } from './browser.js';

/** When the sandboxes of these tests stand still. */
export const now = '2026-11-20T10:00:00.000Z';

/** Contacts of the sandbox. */
export const maria = '24958501110451908';
export const tom = '24958501110460017';
export const sofia = '24958501110470023';

/** The inbox of a sandbox, with what tests look for in it. */
export interface OpenInbox {
  readonly page: Page;
  readonly contacts: Locator;
  readonly conversation: Locator;
  readonly panel: Locator;
  /** The turns of the conversation, oldest first. */
  readonly turns: Locator;
  readonly message: Locator;
  /** The link of the first contact with this name. */
  contact(name: string): Locator;
  tab(name: string): Promise<void>;
}

/** Opens the page of a sandbox, at a place in it, and waits until it is live. */
export async function openInbox(sandbox: Sandbox, hash = '', options: PageOptions = {}): Promise<OpenInbox> {
  const page = await openPage(`${sandbox.url}/${hash}`, { now, width: 1440, height: 900, ...options });
  await page.locator('.liveness-live').waitFor({ state: 'attached' });
  const contacts = page.locator('[data-pane="contacts"]');
  const conversation = page.locator('[data-pane="conversation"]');
  return {
    page,
    contacts,
    conversation,
    panel: page.locator('[data-pane="panel"]'),
    turns: conversation.locator('.turn'),
    message: conversation.getByRole('textbox', { name: 'Message' }),
    contact: (name) => contacts.getByRole('link', { name }).first(),
    tab: (name) => page.getByRole('tab', { name }).click(),
  };
}

/** Calls the API of ManyChat, as an agent's server does. */
export async function callManychat(sandbox: Sandbox, path: string, body: object): Promise<number> {
  const { status } = await fetch(`${sandbox.url}/fb/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${sandbox.manychatKey}` },
    body: JSON.stringify(body),
  });
  return status;
}

/** Sends content to a contact. */
export const sendContent = (sandbox: Sandbox, id: string, content: object): Promise<number> =>
  callManychat(sandbox, 'sending/sendContent', { subscriber_id: id, data: { version: 'v2', content } });

/** Sends a text to a contact. */
export const sendText = (sandbox: Sandbox, id: string, text: string): Promise<number> =>
  sendContent(sandbox, id, { messages: [{ type: 'text', text }] });

/** A conversation with a bit of everything, for people to look at. */
export async function talk(sandbox: Sandbox): Promise<void> {
  sandbox.contactWrites(sofia, { text: 'Ciao! Is the giveaway still on?' });
  await callManychat(sandbox, 'sending/sendFlow', { subscriber_id: tom, flow_ns: 'content123456' });
  await sendText(sandbox, tom, 'Hello Tom');
  sandbox.contactWrites(maria, { text: 'When do you ship?' });
  await sendContent(sandbox, maria, {
    messages: [
      {
        type: 'text',
        text: 'We roast on Tuesdays and ship on Wednesdays.',
        buttons: [
          { type: 'url', caption: 'Track my order', url: 'https://example.com/track/1207' },
          { type: 'flow', caption: 'Option 1', target: 'content123' },
        ],
      },
    ],
    quick_replies: [{ type: 'flow', caption: 'Welcome', target: 'content123456' }],
  });
  sandbox.contactWrites(maria, { image: 'https://cdn.example.com/my-bag.jpg' });
  sandbox.contactClicks(maria, { caption: 'Welcome' });
}
