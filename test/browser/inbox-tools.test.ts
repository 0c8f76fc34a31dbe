import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { useSandbox } from '../support/sandboxed.js';
import { maria, now, openInbox, sendText } from './support/inbox.js';

const sandbox = useSandbox({ limits: false, now });

test('the clock is moved, and a window closes', async () => {
  const { page, contact, conversation } = await openInbox(sandbox, `#contact=${maria}`);
  await contact('Maria Garcia').getByText('open 23 h more').waitFor();
  const clock = page.getByRole('button', { name: 'Sandbox time' });
  await clock.click();
  await page.getByRole('button', { name: '24 hours' }).click();
  await page.getByText('The clock is now at Sat, Nov 21, 2026').waitFor();
  await contact('Maria Garcia').getByText('closed').waitFor();
  await conversation.getByText('closed').waitFor();
  await page.getByRole('textbox', { name: 'Amount' }).fill('2.5');
  await page.getByRole('combobox', { name: 'Unit' }).selectOption('days');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByText('The clock is now at Mon, Nov 23, 2026').waitFor();
  expect(new Date(sandbox.now()).toISOString()).toBe('2026-11-23T22:00:00.000Z');
  await page.keyboard.press('Escape');
  expect(await clock.evaluate((button) => button === document.activeElement)).toBe(true);
});

test('a clock that cannot be moved so far stays, and the sandbox says why', async () => {
  const { page } = await openInbox(sandbox, '', { expected: [/status of 400/] });
  await page.getByRole('button', { name: 'Sandbox time' }).click();
  await page.getByRole('textbox', { name: 'Amount' }).fill('-1');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByRole('alert').getByText('advance_ms must be a whole number').waitFor();
  await page.getByRole('textbox', { name: 'Amount' }).fill('99999');
  await page.getByRole('combobox', { name: 'Unit' }).selectOption('days');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await page.getByRole('alert').getByText('The clock can move forward 10 years in total').waitFor();
  expect(new Date(sandbox.now()).toISOString()).toBe(now);
});

test('a fault from the form strikes the next request that it matches', async () => {
  const { panel, page } = await openInbox(sandbox, '#tab=faults');
  await panel.getByRole('textbox', { name: 'Status' }).fill('503');
  await panel.getByRole('textbox', { name: 'Body' }).fill('{"error":"busy"}');
  await panel.getByRole('combobox', { name: 'Part of the path' }).fill('sendContent');
  await panel.getByRole('button', { name: 'Order this fault' }).click();
  const ordered = panel.getByRole('list', { name: 'Ordered faults' });
  await ordered.getByText('Answer with a status: 503').waitFor();
  await page.getByRole('tab', { name: 'Faults 1 waiting' }).waitFor();
  expect(await sendText(sandbox, maria, 'Spoiled')).toBe(503);
  await ordered.getByText('Used up.').waitFor();
  expect(await sendText(sandbox, maria, 'Arrives')).toBe(200);
  await panel.getByRole('tab', { name: 'Requests' }).click();
  await panel.getByText('A fault struck: answer with a status. The request was not performed.').waitFor();
});

test('a fault that the sandbox does not take stays in the form; those that wait are cleared', async () => {
  const { panel } = await openInbox(sandbox, '#tab=faults', { expected: [/status of 400/] });
  await panel.getByRole('button', { name: 'Too many requests' }).click();
  await panel.getByRole('textbox', { name: 'Requests that it strikes' }).fill('0');
  await panel.getByRole('button', { name: 'Order this fault' }).click();
  await panel.getByRole('alert').getByText('times must be a whole number from 1 to 1000000.').waitFor();
  expect(await panel.getByRole('textbox', { name: 'Status' }).inputValue()).toBe('429');
  await panel.getByRole('textbox', { name: 'Requests that it strikes' }).fill('2');
  await panel.getByRole('button', { name: 'Order this fault' }).click();
  await panel.getByText('0 of 2 struck.').waitFor();
  await panel.getByRole('button', { name: 'Clear all faults' }).click();
  await panel.getByText('None is waiting.').waitFor();
  expect(await sendText(sandbox, maria, 'Arrives')).toBe(200);
});

test('a reset asks first', async () => {
  await sendText(sandbox, maria, 'To be forgotten');
  const { page, turns, conversation } = await openInbox(sandbox, `#contact=${maria}`);
  await turns.filter({ hasText: 'To be forgotten' }).waitFor();
  const reset = page.getByRole('button', { name: 'Reset the sandbox' });
  await reset.click();
  const dialog = page.getByRole('dialog', { name: 'Reset the sandbox?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(sandbox.messages()).toHaveLength(1);
  await reset.click();
  await dialog.getByRole('button', { name: 'Reset' }).click();
  await conversation.getByText('No messages yet').waitFor();
  expect(sandbox.messages()).toHaveLength(0);
});

test('nothing that is typed is lost when it cannot be sent', async () => {
  const { page, conversation, contact, message } = await openInbox(sandbox, `#contact=${maria}`, {
    expected: [/status of 400/, /ERR_FAILED/],
  });
  await conversation.getByRole('radio', { name: 'Picture' }).check();
  const address = conversation.getByRole('textbox', { name: 'Address of a picture' });
  await address.fill('no address');
  await page.keyboard.press('Enter');
  await conversation.getByRole('alert').getByText('writes.image must be a URL.').waitFor();
  expect(await address.inputValue()).toBe('no address');
  await conversation.getByRole('radio', { name: 'Text' }).check();
  await page.route('**/writes', (route) => route.abort());
  await message.fill('Kept');
  await page.keyboard.press('Enter');
  await conversation.getByRole('alert').getByText('The sandbox cannot be reached.').waitFor();
  await contact('Tom Baker').click();
  await conversation.getByRole('heading', { name: 'Tom Baker' }).waitFor();
  expect(await message.inputValue()).toBe('');
  await contact('Maria Garcia').click();
  await conversation.getByRole('heading', { name: 'Maria Garcia' }).waitFor();
  expect(await message.inputValue()).toBe('Kept');
});

test('a message is sent once, however often it is asked for while it is under way', async () => {
  const { page, message, contact, conversation, turns } = await openInbox(sandbox, `#contact=${maria}`);
  let count = 0;
  let goOn = (): void => undefined;
  await page.route('**/writes', async (route) => {
    count += 1;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await route.continue();
  });
  await message.fill('Once');
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Enter');
  await conversation.getByRole('button', { name: 'Sending…' }).click({ force: true });
  await contact('Tom Baker').click();
  await conversation.getByRole('heading', { name: 'Tom Baker' }).waitFor();
  await contact('Maria Garcia').click();
  await conversation.getByRole('button', { name: 'Sending…' }).waitFor();
  await message.press('Enter');
  await message.press('End');
  await page.keyboard.type(' and more');
  goOn();
  await turns.filter({ hasText: 'Once' }).waitFor();
  await conversation.getByRole('button', { name: 'Send', exact: true }).waitFor();
  expect(count).toBe(1);
  expect(sandbox.conversation(maria)).toHaveLength(1);
  expect(await message.inputValue()).toBe('Once and more');
});

test('a contact on several channels writes on the chosen one, and then on the same', async () => {
  const contact = { id: '5', first_name: 'Ana', channels: ['messenger', 'telegram'] as const };
  const several = await startSandbox({ limits: false, account: { now, contacts: [contact] } });
  onTestFinished(() => several.close());
  const { page, conversation, message, turns } = await openInbox(several, '#contact=5');
  const channel = conversation.getByRole('combobox', { name: 'Channel' });
  expect(await channel.inputValue()).toBe('messenger');
  await channel.selectOption('Telegram');
  await message.fill('One');
  await page.keyboard.press('Enter');
  await turns.getByText('One').waitFor();
  await page.reload();
  await turns.getByText('One').waitFor();
  expect(await channel.inputValue()).toBe('telegram');
  expect(several.conversation('5')).toMatchObject([{ channel: 'telegram', text: 'One' }]);
});

test('a lost connection is shown, and everything is read again when it is back', async () => {
  const first = await startSandbox({ limits: false, now });
  const port = Number(new URL(first.url).port);
  const { page, turns, contact } = await openInbox(first, `#contact=${maria}`, { expected: [/ERR_/] });
  await contact('Maria Garcia').waitFor();
  await first.close();
  await page.getByText('Connection lost. Reconnecting…').waitFor();
  const second = await startSandbox({ limits: false, now, port });
  onTestFinished(() => second.close());
  await sendText(second, maria, 'From a new sandbox');
  await turns.filter({ hasText: 'From a new sandbox' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
});
