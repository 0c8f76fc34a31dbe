import { expect, test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { now, openInbox, sendContent } from './support/inbox.js';

const markup =
  '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script><style>*{display:none}</style>';
const bidi = '\u202Egnp.exe\u202C\u2066\u200B';
const id = '77';

const sandbox = useSandbox({
  limits: false,
  account: {
    now,
    page: { name: `Page ${markup}` },
    tags: [{ name: `tag ${markup}` }, { name: bidi }],
    fields: [{ name: `field ${markup}`, type: 'text', description: markup }],
    flows: [{ name: `flow ${markup}${bidi}`, ns: 'content1', texts: [markup] }],
    contacts: [
      {
        id,
        first_name: `${bidi}Eve`,
        last_name: markup,
        email: markup,
        tags: [`tag ${markup}`, bidi],
        fields: { [`field ${markup}`]: markup },
        last_interaction_minutes_ago: 5,
      },
    ],
  },
});

test('markup, scripts and text directions of strangers are text everywhere', async () => {
  sandbox.contactWrites(id, { text: `${markup}${bidi}` });
  sandbox.contactWrites(id, { image: 'https://example.com/"><script>document.title="owned"</script>' });
  await sendContent(sandbox, id, {
    messages: [
      { type: 'text', text: `{{x}} ${markup}`, buttons: [{ type: 'flow', caption: '<b>Go</b>', target: 'content1' }] },
    ],
  });
  const { page, turns, tab, panel, contacts, conversation } = await openInbox(sandbox, `#contact=${id}`);
  await turns.last().getByText('<b>Go</b>').waitFor();
  await turns.getByRole('button', { name: '<b>Go</b>' }).click();
  await turns.last().getByText('<style>').first().waitFor();
  for (const name of ['Contact', 'Requests', 'Calls', 'Account', 'Faults']) {
    await tab(name);
    await panel.getByRole('heading').first().waitFor();
    expect(await page.locator('.app :is(img, script, style, iframe, object, [onerror], [style])').count()).toBe(0);
  }
  expect(await page.title()).toBe('Sandbox inbox');
  const isolated = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const unsafe: string[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement: parent, nodeValue: text } = node;
      if (parent === null || parent.closest('script, option') || !/[\u202A-\u202E\u2066-\u2069]/.test(text ?? ''))
        continue;
      if (!getComputedStyle(parent).unicodeBidi.startsWith('isolate')) unsafe.push(parent.outerHTML.slice(0, 80));
    }
    return unsafe;
  });
  expect(isolated).toEqual([]);
  expect(await contacts.getByRole('link').count()).toBe(1);
  expect(await conversation.getByRole('heading').first().innerText()).toContain('<script>');
});

test('only web addresses are links', async () => {
  for (const url of ['https://example.com/a', 'http://example.com/b']) sandbox.contactWrites(id, { image: url });
  await sendContent(sandbox, id, {
    messages: [
      {
        type: 'cards',
        elements: [{ title: 'Card', image_url: 'https://example.com/c.png', action_url: 'https://example.com/d' }],
      },
    ],
  });
  const { page, turns } = await openInbox(sandbox, `#contact=${id}`);
  await turns.nth(2).waitFor();
  const links = await page
    .locator('.turn a')
    .evaluateAll((all) =>
      all.map((each) => [
        each.getAttribute('href')?.split(':')[0],
        each.getAttribute('rel'),
        each.getAttribute('target'),
      ]),
    );
  expect(links.length).toBeGreaterThanOrEqual(4);
  for (const link of links) expect(link).toEqual([expect.stringMatching(/^https?$/), 'noopener noreferrer', '_blank']);
});

test('a turn that cannot be drawn is text, and the others are drawn', async () => {
  await sendContent(sandbox, id, { messages: [{ type: 'text', text: 'Before' }] });
  const { page, turns } = await openInbox(sandbox);
  await page.route('**/conversation?*', async (route) => {
    const response = await route.fetch();
    const answer: { conversation: object[]; more: number } = await response.json();
    const broken = { seq: 1_000_000, time: now, channel: 'messenger', from: 'page', messages: null, source: markup };
    await route.fulfill({ response, json: { ...answer, conversation: [...answer.conversation, broken] } });
  });
  await page.goto(`${sandbox.url}/#contact=${id}`);
  const last = turns.last();
  await last.getByText('This cannot be drawn.').waitFor();
  expect(await last.innerText()).toContain('"messages": null');
  expect(await last.innerText()).toContain('<img src=x onerror=');
  await turns.getByText('Before', { exact: true }).waitFor();
  expect(await page.title()).not.toBe('owned');
});
