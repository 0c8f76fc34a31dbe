import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { seriousFindings } from './support/findings.js';
import { maria, now, openInbox, sendContent, sendText, talk, tom } from './support/inbox.js';

const sandbox = useSandbox({ limits: false, now });

/** Presses a key until the focus is on what has this role and name. */
async function tabTo(
  page: Page,
  role: Parameters<Page['getByRole']>[0],
  name: string | RegExp,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  const wanted = page.getByRole(role, { name });
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press(key);
    if (await wanted.evaluateAll((found) => found.some((each) => each === document.activeElement))) return;
  }
  throw new Error(`${key} does not lead to ${name}`);
}

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');

test('the main job is done with the keyboard alone', async () => {
  const { page, conversation, turns, panel } = await openInbox(sandbox);
  await tabTo(page, 'searchbox', /Search/);
  await page.keyboard.type('tom baker');
  await page.getByText('1 found').waitFor();
  await tabTo(page, 'link', /Tom Baker/);
  await page.keyboard.press('Enter');
  await conversation.getByRole('heading', { name: 'Tom Baker' }).waitFor();
  await tabTo(page, 'textbox', 'Message');
  await page.keyboard.type('Are you open?');
  await page.keyboard.press('Enter');
  await turns.getByText('Are you open?').waitFor();
  await sendContent(sandbox, tom, {
    messages: [{ type: 'text', text: 'Yes' }],
    quick_replies: [{ type: 'flow', caption: 'Welcome', target: 'content123456' }],
  });
  await turns.getByRole('button', { name: 'Welcome' }).waitFor();
  await tabTo(page, 'button', 'Welcome', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await turns.filter({ hasText: 'Welcome to Sunrise Coffee, Tom!' }).waitFor();
  await tabTo(page, 'tab', 'Contact');
  await page.keyboard.press('ArrowRight');
  await panel
    .getByText(/Tom Baker/)
    .first()
    .waitFor();
  await page.keyboard.press('End');
  await panel.getByRole('heading', { name: 'Order a fault' }).waitFor();
});

test('arrow keys lead through the contacts, and the focus stays on a row that moves', async () => {
  const { page, contacts, contact } = await openInbox(sandbox);
  const links = contacts.getByRole('link');
  await links.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const third = await links.nth(2).innerText();
  expect(await links.nth(2).evaluate((link) => link === document.activeElement)).toBe(true);
  await page.keyboard.press('End');
  expect(await links.nth(49).evaluate((link) => link === document.activeElement)).toBe(true);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  expect(await links.first().evaluate((link) => link === document.activeElement)).toBe(true);
  await contact('John Doe').focus();
  sandbox.contactWrites('123456789', { text: 'Up I go' });
  await links.first().getByText('Up I go').waitFor();
  expect(await focused(page)).toContain('John Doe');
  await sendText(sandbox, maria, 'Before John');
  await links.first().getByText('Before John').waitFor();
  expect(await focused(page)).toContain('John Doe');
  expect(third).not.toBe('');
});

test('on a phone one pane is shown at a time, and the focus goes along', async () => {
  const { page, contact, conversation, contacts, panel } = await openInbox(sandbox, '', { width: 375, height: 700 });
  expect([await contacts.isVisible(), await conversation.isVisible(), await panel.isVisible()]).toEqual([
    true,
    false,
    false,
  ]);
  await contact('Maria Garcia').click();
  const heading = conversation.getByRole('heading', { name: 'Maria Garcia' });
  await heading.waitFor();
  expect([await contacts.isVisible(), await conversation.isVisible()]).toEqual([false, true]);
  expect(await focused(page)).toBe('Conversation with Maria Garcia');
  await conversation.getByRole('button', { name: 'Back to the contacts' }).click();
  await contacts.waitFor();
  expect(await focused(page)).toContain('Maria Garcia');
  await page.goBack();
  await conversation.waitFor();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Details' }).click();
  await panel.getByRole('heading', { name: 'Tags' }).waitFor();
  await page.reload();
  await panel.getByRole('heading', { name: 'Tags' }).waitFor();
  expect(await conversation.isVisible()).toBe(false);
});

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  test.each([1440, 900, 320])('has no serious finding at a width of %i pixels', async (width) => {
    await talk(sandbox);
    sandbox.injectFault({ status: 429, match: { path: 'sendFlow' } });
    const { page, turns, tab } = await openInbox(sandbox, `#contact=${maria}`, { scheme, width });
    await turns.last().getByText('Your favourite roast').waitFor();
    const findings = [await seriousFindings(page)];
    if (width < 1120)
      await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Details' }).click();
    for (const name of ['Contact', 'Requests', 'Calls', 'Account', 'Faults']) {
      await tab(name);
      await page.getByRole('tabpanel', { name }).getByRole('heading').first().waitFor();
      findings.push(await seriousFindings(page));
    }
    await page.getByRole('button', { name: 'Sandbox time' }).click();
    findings.push(await seriousFindings(page));
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Reset the sandbox' }).click();
    findings.push(await seriousFindings(page));
    expect(findings.flat()).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

test('new messages are in a log, whose turns that were read are not drawn anew', async () => {
  await sendText(sandbox, maria, 'First');
  const { page, turns } = await openInbox(sandbox, `#contact=${maria}`);
  const log = page.getByRole('log', { name: 'Messages' });
  await turns.getByText('First').evaluate((turn) => turn.setAttribute('data-read', 'true'));
  await sendText(sandbox, maria, 'Second');
  await log.getByText('Second').waitFor();
  expect(await log.locator('[data-read]').innerText()).toBe('First');
});

test.each([true, false])('nothing moves for people who prefer that: %s', async (reducedMotion) => {
  const { page } = await openInbox(sandbox, '', { reducedMotion });
  const durations = await page
    .locator('button, a')
    .evaluateAll((all) => [...new Set(all.map((each) => getComputedStyle(each).transitionDuration))]);
  expect(durations.some((duration) => duration !== '0s')).toBe(!reducedMotion);
});
