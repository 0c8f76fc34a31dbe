import { expect, test } from 'vitest';
import { deferred } from '../support/deferred.js';
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

test('what happens during a reading leads to one more, however much it is', async () => {
  const { page, contacts, turns } = await openInbox(sandbox, `#contact=${busiest}`);
  await contacts.getByText('5,281 in all').waitFor();
  const requested: string[] = [];
  const started = deferred();
  const released = deferred();
  await page.route(/\/sandbox\/(inbox|contacts)/, async (route) => {
    requested.push(new URL(route.request().url()).pathname);
    started.resolve();
    await released.promise;
    await route.continue();
  });
  await sendText(sandbox, busiest, 'Burst 1');
  await started.promise;
  for (let count = 2; count <= 60; count += 1) await sendText(sandbox, busiest, `Burst ${count}`);
  released.resolve();
  await turns.last().getByText('Burst 60').waitFor();
  await contacts.getByRole('link').first().getByText('Burst 60').waitFor();
  // One that was under way, one more, and those that notices lead to which come after it.
  for (const path of ['/sandbox/inbox', `/sandbox/contacts/${busiest}`, `/sandbox/contacts/${busiest}/conversation`]) {
    const count = requested.filter((each) => each === path).length;
    expect(count, path).toBeGreaterThan(0);
    expect(count, path).toBeLessThanOrEqual(4);
  }
  expect(await turns.count()).toBe(60);
});
