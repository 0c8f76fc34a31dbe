import { expect, test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { now, openInbox, sendText } from './support/inbox.js';

const followers = 5_000;
const perContact = 2;
const busiest = '800000000001';
const sandbox = useSandbox({ limits: false, now, followers });

/** Ten thousand messages: two of each follower, and of one of them 500 more. */
function fill(): void {
  for (let index = 1; index <= followers; index += 1) {
    const id = String(800_000_000_000 + index);
    for (let count = 1; count <= perContact; count += 1) sandbox.contactWrites(id, { text: `Message ${count}` });
  }
  for (let count = 1; count <= 500; count += 1) sandbox.contactWrites(busiest, { text: `More ${count}` });
}

test('5,000 contacts and 10,000 messages are read and drawn in parts, and what happens is drawn alone', async () => {
  fill();
  const { page, contacts, turns, conversation, message } = await openInbox(sandbox, `#contact=${busiest}`);
  await contacts.getByText('5,281 in all').waitFor();
  await turns.last().getByText('More 500').waitFor();
  expect(await contacts.getByRole('link').count()).toBe(50);
  expect(await turns.count()).toBe(100);
  expect(await page.locator('*').count()).toBeLessThan(2_500);

  await conversation.getByRole('button', { name: 'Show earlier (402)' }).click();
  await turns.filter({ hasText: 'More 301' }).waitFor({ state: 'attached' });
  expect(await turns.count()).toBe(200);

  await contacts.getByRole('searchbox').fill('no such name');
  await contacts.getByText('No contact found').waitFor();
  await contacts.getByRole('button', { name: 'Show all contacts' }).click();
  await contacts.getByText('5,281 in all').waitFor();

  // A reply redraws its own row and turn, and leaves alone the others.
  await page.evaluate(() => {
    const drawn: string[] = [];
    Object.assign(window, { drawn });
    const note = (target: Node): void => {
      const element = target instanceof Element ? target : target.parentElement;
      drawn.push(element?.closest('.contact, .turn')?.textContent ?? 'elsewhere');
    };
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) for (const each of [target, ...addedNodes]) note(each);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await message.fill('The newest');
  await page.keyboard.press('Enter');
  await turns.last().getByText('The newest').waitFor();
  await contacts.getByRole('link').first().getByText('The newest').waitFor();
  const drawn: string[] = await page.evaluate(() => Reflect.get(window, 'drawn'));
  expect(drawn.filter((each) => each.includes('Message') || each.includes('More'))).toEqual([]);
});

test('a burst of messages leads to few requests', async () => {
  const { page, contacts, turns } = await openInbox(sandbox, `#contact=${busiest}`);
  await contacts.getByText('5,281 in all').waitFor();
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  for (let count = 1; count <= 300; count += 1) await sendText(sandbox, busiest, `Burst ${count}`);
  await turns.last().getByText('Burst 300').waitFor();
  await contacts.getByRole('link').first().getByText('Burst 300').waitFor();
  const lists = requested.filter((path) => path === '/sandbox/inbox');
  expect(lists.length).toBeLessThan(100);
  expect(requested.filter((path) => path.endsWith('/conversation')).length).toBeLessThan(100);
  expect(requested.filter((path) => path === '/sandbox/account' || path === '/sandbox/calls')).toEqual([]);
  expect(await turns.count()).toBeLessThanOrEqual(400);
});
