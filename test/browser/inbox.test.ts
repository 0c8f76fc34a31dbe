import { expect, test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { callManychat, maria, now, openInbox, sendContent, sendText, sofia, tom } from './support/inbox.js';

const answered: string[] = [];
const sandbox = useSandbox({
  limits: false,
  now,
  async answerCalls(request) {
    answered.push(await request.text());
    return Response.json({ answer: 'On Mondays.' });
  },
});

const hook = {
  name: 'Answering machine',
  url: 'http://127.0.0.1:9/',
  body: { text: '{{Last Text Input}}' },
  mapping: { reply_text: '$.answer' },
  success: 'Say this',
};

test('contacts are listed with channel, window, tags and last message, and narrowed down', async () => {
  sandbox.contactWrites(sofia, { text: 'Is the giveaway still on?' });
  const { contacts, contact, page } = await openInbox(sandbox);
  const first = contacts.getByRole('link').first();
  expect(await first.innerText()).toMatch(/Sofia Rossi.*Is the giveaway still on\?.*Instagram.*open 24 h more/s);
  expect(await contacts.getByRole('link').count()).toBe(50);
  await contacts.getByRole('button', { name: 'Show more' }).click();
  await contacts.getByRole('link').nth(99).waitFor();
  await contacts.getByRole('searchbox').fill('tom baker');
  await contacts.getByText('1 found').waitFor();
  expect(await contact('Tom Baker').innerText()).toMatch(/closed.*Customer/s);
  await contacts.getByRole('combobox', { name: 'Window' }).selectOption('Window open');
  await contacts.getByText('No contact found').waitFor();
  await contacts.getByRole('button', { name: 'Show all contacts' }).click();
  await contacts.getByText('281 in all').waitFor();
  await contacts.getByRole('combobox', { name: 'Channel' }).selectOption('Telegram');
  await contact('Dmitri Volkov').waitFor();
  expect(await page.title()).toBe('Sandbox inbox');
});

test('the selected contact and tab stay with a reload, and the browser leads back', async () => {
  const { contact, conversation, page, panel, tab } = await openInbox(sandbox);
  await contact('Tom Baker').click();
  await conversation.getByRole('heading', { name: 'Tom Baker' }).waitFor();
  await tab('Account');
  await page.reload();
  await conversation.getByRole('heading', { name: 'Tom Baker' }).waitFor();
  await panel.getByRole('heading', { name: 'Flows' }).waitFor();
  await page.goBack();
  await conversation.getByText('Choose a contact').waitFor();
});

test('what is written as a contact reaches a hook, and its answer appears', async () => {
  sandbox.addHooks(hook);
  const { message, turns, panel, page } = await openInbox(sandbox, `#contact=${maria}`);
  await message.fill('When do you ship?');
  await page.keyboard.press('Enter');
  await turns.filter({ hasText: 'On Mondays.' }).waitFor();
  expect(answered.splice(0)).toEqual(['{"text":"When do you ship?"}']);
  expect(await turns.allInnerTexts()).toEqual([
    expect.stringContaining('When do you ship?'),
    expect.stringMatching(/On Mondays\..*Flow “Say this” · Call 1/s),
  ]);
  expect(await message.inputValue()).toBe('');
  await turns.getByRole('button', { name: 'Call 1' }).click();
  await panel.getByText('Answering machine, because a contact wrote').waitFor();
  const call = await panel.getByRole('listitem').first().innerText();
  expect(call).toMatch(/200.*It took the success branch\..*1 message was sent\..*reply_text is now On Mondays\./s);
});

test('a picture and a voice message are written by their address', async () => {
  const { conversation, turns } = await openInbox(sandbox, `#contact=${maria}`);
  await conversation.getByRole('radio', { name: 'Picture' }).check();
  await conversation.getByRole('textbox', { name: 'Address of a picture' }).fill('https://cdn.example.com/bag.jpg');
  await conversation.getByRole('button', { name: 'Send' }).click();
  await turns.filter({ hasText: 'bag.jpg' }).waitFor();
  await conversation.getByRole('radio', { name: 'Voice' }).check();
  await conversation.getByRole('textbox', { name: 'voice' }).fill('https://cdn.example.com/hello.ogg');
  await conversation.getByRole('button', { name: 'Send' }).click();
  await turns.filter({ hasText: 'hello.ogg' }).waitFor();
  const written = sandbox.conversation(maria);
  expect(written).toMatchObject([
    { image: 'https://cdn.example.com/bag.jpg' },
    { audio: 'https://cdn.example.com/hello.ogg' },
  ]);
});

test('clicks on a button and a quick reply start their flows', async () => {
  await sendContent(sandbox, maria, {
    messages: [{ type: 'text', text: 'Choose', buttons: [{ type: 'flow', caption: 'First', target: 'content123' }] }],
    quick_replies: [{ type: 'flow', caption: 'Second', target: 'content456' }],
  });
  const { turns } = await openInbox(sandbox, `#contact=${maria}`);
  await turns.getByRole('button', { name: 'First' }).click();
  await turns.filter({ hasText: 'You chose option 1.' }).waitFor();
  await turns.getByRole('button', { name: 'Second' }).click();
  await turns.filter({ hasText: 'You chose option 2.' }).waitFor();
  const summary = sandbox.conversation(maria).map((turn) => (turn.from === 'contact' ? turn.clicked : turn.flow_ns));
  expect(summary).toEqual([undefined, 'First', 'content123', 'Second', 'content456']);
});

test('a button that a newer message has as well is not clicked in its place', async () => {
  const ask = (target: string) =>
    sendContent(sandbox, maria, {
      messages: [{ type: 'text', text: 'Sure?', buttons: [{ type: 'flow', caption: 'Yes', target }] }],
    });
  await ask('content123');
  await ask('content456');
  const { turns } = await openInbox(sandbox, `#contact=${maria}`);
  await turns.first().getByRole('button', { name: 'Yes' }).click();
  await turns.first().getByRole('alert').getByText('Click that one').waitFor();
  expect(sandbox.conversation(maria)).toHaveLength(2);
  await turns.last().getByRole('button', { name: 'Yes' }).click();
  await turns.filter({ hasText: 'You chose option 2.' }).waitFor();
});

test('what was not delivered is shown with the reason, and what the API refused in its words', async () => {
  await callManychat(sandbox, 'sending/sendFlow', { subscriber_id: tom, flow_ns: 'content123456' });
  const { turns, tab, panel } = await openInbox(sandbox, `#contact=${tom}`);
  expect(await turns.innerText()).toMatch(
    /Not delivered\. The 24-hour window is closed\..*“Welcome Flow”, started by the API/s,
  );
  await tab('Requests');
  expect(await sendText(sandbox, tom, 'Hello')).toBe(400);
  const newest = panel.getByRole('listitem').first();
  await newest.getByText('last interaction was over 24h ago').waitFor();
  expect(await newest.innerText()).toMatch(
    /400.*Send content to Tom Baker on Messenger.*last interaction was over 24h ago/s,
  );
  expect(await newest.getByText('Hello').count()).toBe(0);
  await newest.getByText('/fb/sending/sendContent').click();
  await newest.getByText('"text": "Hello"').waitFor();
});

test('the page shows what happens while it is open', async () => {
  const { page, turns, contacts, contact } = await openInbox(sandbox, `#contact=${maria}`);
  await contact('Maria Garcia').waitFor();
  await page.evaluate(() => document.body.setAttribute('data-not-reloaded', 'true'));
  await sendText(sandbox, maria, 'From an agent');
  await turns.filter({ hasText: 'From an agent' }).waitFor();
  expect(await contacts.getByRole('link').first().innerText()).toContain('From an agent');
  sandbox.contactWrites(tom, { text: 'I am back' });
  await contacts.getByRole('link').first().filter({ hasText: 'I am back' }).waitFor();
  expect(await page.locator('[data-not-reloaded]').count()).toBe(1);
});

test('the page of the account can be changed', async () => {
  const { page, contacts, conversation } = await openInbox(sandbox, `#contact=${maria}`);
  await conversation.getByRole('heading', { name: 'Maria Garcia' }).waitFor();
  await page.getByRole('combobox', { name: 'Page' }).selectOption('Sunrise Wholesale');
  await conversation.getByText('Choose a contact').waitFor();
  await contacts.getByRole('link').first().click();
  await conversation.getByRole('textbox').fill('Hello, wholesale');
  await page.keyboard.press('Enter');
  await conversation.locator('.turn', { hasText: 'Hello, wholesale' }).waitFor();
  expect(page.url()).toContain('page=second');
});

test('eight tabs can be open; one that is seen again shows what happened meanwhile', async () => {
  const { page, turns } = await openInbox(sandbox, `#contact=${maria}`);
  const show = (tab: typeof page, isHidden: boolean): Promise<void> =>
    tab.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  let last = page;
  for (let count = 2; count <= 8; count += 1) {
    await show(last, true);
    last = await page.context().newPage();
    await last.goto(`${sandbox.url}/#contact=${maria}`);
    await last.locator('.liveness-live').waitFor();
  }
  await sendText(sandbox, maria, 'While the first tab was hidden');
  await last.locator('.turn', { hasText: 'While the first tab was hidden' }).waitFor();
  expect(await turns.filter({ hasText: 'While the first tab was hidden' }).count()).toBe(0);
  await show(page, false);
  await turns.filter({ hasText: 'While the first tab was hidden' }).waitFor();
});
