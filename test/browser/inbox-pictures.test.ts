import { test } from 'vitest';
import { useSandbox } from '../support/sandboxed.js';
import { maria, now, openInbox, talk } from './support/inbox.js';
import { comparePicture } from './support/pictures.js';

const sandbox = useSandbox({ limits: false, now });

test.each([
  ['inbox-wide', `#contact=${maria}`, { width: 1440, height: 900 }],
  ['inbox-dark', `#contact=${maria}&tab=requests`, { width: 1440, height: 900, scheme: 'dark' }],
  ['inbox-narrow', `#contact=${maria}`, { width: 375, height: 700 }],
  ['inbox-list-narrow', `#contact=${maria}&pane=contacts`, { width: 320, height: 640, scheme: 'dark' }],
  ['inbox-faults', `#contact=${maria}&tab=faults&pane=panel`, { width: 900, height: 1000 }],
] as const)('%s looks as recorded', async (name, hash, options) => {
  await talk(sandbox);
  const { page, turns, contacts } = await openInbox(sandbox, hash, options);
  await turns.last().getByText('Your favourite roast').waitFor({ state: 'attached' });
  await contacts.getByText('281 in all').waitFor({ state: 'attached' });
  if (hash.includes('requests')) await page.getByText('/fb/sending/sendContent').first().waitFor();
  await comparePicture(page, name);
});
