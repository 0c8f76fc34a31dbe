import { expect, onTestFinished, test } from 'vitest';
import { sandboxed } from '../support/sandboxed.js';
import { startAnsweringAgent } from './support/answering-agent.js';
import { openPage } from './support/browser.js';

const maria = '24958501110451908';

test('a contact writes in the page, an agent answers through MCP, and the answer appears without a reload', async () => {
  const { sandbox } = await sandboxed();
  const agent = await startAnsweringAgent(sandbox, (text) => `You asked: ${text} We ship on Mondays.`);
  onTestFinished(() => agent.close());
  const page = await openPage(`${sandbox.url}/`);
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  const contacts = page.getByRole('navigation', { name: 'Contacts' });
  await contacts.getByRole('link', { name: /^Maria Garcia .*Tags: VIP/ }).click();

  await page.getByRole('textbox', { name: 'Message' }).click();
  await page.keyboard.type('When do you ship?');
  await page.getByRole('button', { name: 'Send' }).click();

  const messages = page.getByRole('log', { name: 'Messages' });
  const answer = messages.getByText('You asked: When do you ship? We ship on Mondays.');
  await answer.waitFor();
  expect(await messages.getByText('When do you ship?', { exact: true }).count()).toBe(1);
  expect(await answer.count()).toBe(1);
  expect(loads).toBe(0);
  // What the page shows is what the sandbox has, once.
  expect(sandbox.conversation(maria)).toMatchObject([
    { from: 'contact', text: 'When do you ship?' },
    { from: 'page', delivered: true, messages: [{ text: 'You asked: When do you ship? We ship on Mondays.' }] },
  ]);

  // The requests that came in, with what they meant, are there too.
  await page.getByRole('tab', { name: 'Requests' }).click();
  await page.getByRole('tabpanel').getByText('Send content to Maria Garcia').first().waitFor();
});
