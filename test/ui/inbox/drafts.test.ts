import { expect, test } from 'vitest';
import { createDrafts, type Draft } from '../../../ui/inbox/state/drafts.js';
import { deferred } from '../../support/deferred.js';

const typed = (content: string): Draft => ({ kind: 'text', content, channel: undefined });

test('a draft is sent once, also if another contact is shown meanwhile', async () => {
  const drafts = createDrafts();
  const { promise, resolve } = deferred();
  const sent: Draft[] = [];
  const act = (draft: Draft): Promise<void> => {
    sent.push(draft);
    return promise;
  };
  drafts.of('first', '7').change({ content: 'Once' });
  const sending = drafts.of('first', '7').send(act);
  drafts.of('first', '8').change({ content: 'To another' });
  // The user is back before the sandbox answered.
  expect(drafts.of('first', '7').get()).toEqual({ draft: typed('Once'), isSending: true, error: undefined });
  await drafts.of('first', '7').send(act);
  expect(sent).toEqual([typed('Once')]);
  resolve();
  await sending;
  expect(drafts.of('first', '7').get()).toEqual({ draft: typed(''), isSending: false, error: undefined });
  expect(drafts.of('first', '8').get().draft).toEqual(typed('To another'));
});

test('contacts of both pages with one id have drafts of their own', () => {
  const drafts = createDrafts();
  drafts.of('first', '7').change({ content: 'Of the first page' });
  expect(drafts.of('second', '7').get().draft).toEqual(typed(''));
});

test.each([
  ['nothing', {}, typed('')],
  ['more of the text', { content: 'Hello, and' }, typed('Hello, and')],
  ['another kind', { kind: 'image' }, { ...typed('Hello'), kind: 'image' }],
  ['another channel', { channel: 'telegram' }, { ...typed(''), channel: 'telegram' }],
] as const)(
  'once a message is sent it leaves the field; what was chosen meanwhile stays: %s',
  async (_, next, left) => {
    const draft = createDrafts().of('first', '7');
    draft.change({ content: 'Hello' });
    await draft.send(async () => draft.change(next));
    expect(draft.get().draft).toEqual(left);
  },
);

test('a draft that cannot be sent stays with the reason, and can be sent again', async () => {
  const draft = createDrafts().of('first', '7');
  draft.change({ content: 'Kept' });
  await draft.send(async () => {
    throw new Error('The sandbox cannot be reached.');
  });
  expect(draft.get()).toEqual({ draft: typed('Kept'), isSending: false, error: 'The sandbox cannot be reached.' });
  await draft.send(async () => undefined);
  expect(draft.get()).toEqual({ draft: typed(''), isSending: false, error: undefined });
});
