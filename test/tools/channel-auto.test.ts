import { describe, expect, onTestFinished, test } from 'vitest';
import type { Result } from '../../tools/contract/json.js';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { aisha, dmitri, emma, john, lukas, maria, noah, sofia, tom } from '../support/people.js';
import { pinnedTo } from '../support/program.js';
import { lost, useCaller } from '../support/sandboxed.js';
import { acceptedBefore } from '../support/sent.js';

/** On Messenger and WhatsApp, window open; only WhatsApp leaves a trace. */
const ethan = '1523908746';

const clock = drivenClock();
const used = useCaller({ clock, random: () => 0 });
const { sandbox } = used;

const send = (subscriber_id: string, more: object = {}) =>
  used.result('manychat_send_text', { subscriber_id, text: 'Hello!', ...more });
const fail = (subscriber_id: string, more: object = {}) =>
  used.failure('manychat_send_text', { subscriber_id, text: 'Hello!', ...more });
const look = (id: string) => used.result('manychat_get_subscriber', { subscriber_id: id });
/** What was read earlier is forgotten, and so are sends. */
const forget = (): void => clock.advance(3_600_001);
/** ManyChat's refusal of a channel, once. */
const refuse = (code: number, after = 0) =>
  sandbox.injectFault({
    match: { path: 'sendContent' },
    after,
    status: 400,
    body: { status: 'error', message: "Content can't be sent to subscriber via specific channel.", code },
  });
const sentOn = () => sandbox.messages().map(({ subscriber_id: id, channel }) => [id, channel]);

/** Makes a contact known with these data instead of its own. */
const seenAs = async (id: string, data: object) => {
  const body = { status: 'success', data: { id, name: 'Someone', live_chat_url: '', ...data } };
  sandbox.injectFault({ match: { path: 'getInfo' }, status: 200, body });
};

describe('a text without a channel', () => {
  test.each([
    [maria, 'messenger', 'Maria Garcia'],
    [sofia, 'instagram', 'Sofia Rossi'],
    [aisha, 'whatsapp', 'Aisha Khan'],
    [ethan, 'whatsapp', 'Ethan Clark'],
  ])('reaches %s on %s after one read, and says so', async (id, channel, contact) => {
    forget();
    expect(await send(id)).toMatchObject({ ok: true, contact, channel, messages: 1 });
    expect(used.paths()).toEqual(['getInfo', 'sendContent']);
    expect(sentOn()).toEqual([[id, channel]]);
  });

  test.each([
    [sofia, 'instagram', 30 * 60_000],
    [maria, 'messenger', 60_000],
  ])('needs no read for %s if one was made before', async (id, channel, laterMs) => {
    forget();
    await look(id);
    clock.advance(laterMs);
    expect(await send(id)).toMatchObject({ channel });
    expect(used.paths()).toEqual(['getInfo', 'sendContent']);
  });

  test('is read again if nothing was on record more than a minute ago', async () => {
    forget();
    await look(maria);
    clock.advance(60_001);
    await send(maria);
    expect(used.paths()).toEqual(['getInfo', 'getInfo', 'sendContent']);
  });

  test.each([
    [tom, 'window_closed', 'messenger'],
    [noah, 'window_closed', 'instagram'],
    [lukas, 'window_closed', 'whatsapp'],
    [emma, 'subscriber_inactive', 'messenger'],
    [dmitri, 'channel_refused', 'messenger'],
  ])('is refused for %s with %s after one try and one read, and is explained', async (id, kind) => {
    forget();
    const { performed, details, kind: own } = await fail(id);
    expect({ own, performed }).toEqual({ own: kind, performed: 'no' });
    expect(used.paths()).toEqual(['getInfo', 'sendContent']);
    expect(details?.join(' ')).toMatch(/The contact last interacted .* on record for the contact/);
    expect(sentOn()).toEqual([]);
  });

  test('is explained with one read if the channel was known without one', async () => {
    forget();
    await look(noah);
    expect((await fail(noah)).details?.[0]).toMatch(/^The contact last interacted/);
    expect(used.paths()).toEqual(['getInfo', 'sendContent', 'getInfo']);
  });

  test('reaches Telegram if that is named', async () => {
    expect(await send(dmitri, { channel: 'telegram' })).toMatchObject({ channel: 'telegram' });
    expect(used.paths()).toEqual(['sendContent']);
  });
});

describe('a channel that is refused', () => {
  test.each([3040, 3045, 3049])('%s: is followed by one try on another one, without a second read', async (code) => {
    forget();
    refuse(code);
    expect(await send(ethan)).toMatchObject({ channel: 'messenger' });
    expect(used.paths()).toEqual(['getInfo', 'sendContent', 'sendContent']);
    expect(sentOn()).toEqual([[ethan, 'messenger']]);
  });

  test.each([3011, 3031, 3039, 3050, 2011])('%s: is no refusal of the channel, so there is one try', async (code) => {
    forget();
    refuse(code);
    expect((await fail(ethan)).performed).toBe('no');
    expect(used.countOf('sendContent')).toBe(1);
  });

  test('is not tried again on a third one', async () => {
    forget();
    await seenAs(maria, { whatsapp_phone: '34600111222', ig_username: 'maria' });
    expect(await fail(maria)).toMatchObject({
      kind: 'channel_refused',
      code: 3042,
      details: expect.arrayContaining([expect.stringMatching(/^First refused on whatsapp: /)]),
    });
    expect(used.paths()).toEqual(['getInfo', 'sendContent', 'sendContent']);
  });

  test('counts for the refusal only: a message lost on the first channel is sent on no other', async () => {
    forget();
    sandbox.injectFault({ ...lost('sendContent', true), times: 1 });
    const link = { chat_link: expect.stringContaining(`/chat/${ethan}`) };
    expect(await fail(ethan)).toMatchObject({ performed: 'unknown', ...link });
    for (const channel of ['auto', 'messenger', 'whatsapp', 'instagram', 'telegram'])
      expect(await fail(ethan, { channel })).toMatchObject({ performed: 'unknown', source: 'client', ...link });
    expect(sentOn()).toEqual([[ethan, 'whatsapp']]);
    expect(used.countOf('sendContent')).toBe(1);
  });

  test.each([true, false])(
    'a message lost on the second channel (performed: %j) is sent on no other',
    async (perform) => {
      forget();
      refuse(3043);
      sandbox.injectFault({ ...lost('sendContent', perform), times: 1 });
      expect(await fail(ethan)).toMatchObject({ performed: 'unknown' });
      // WhatsApp was clearly refused, so that one can be named.
      for (const channel of ['auto', 'messenger', 'instagram'])
        expect(await fail(ethan, { channel })).toMatchObject({ performed: 'unknown', source: 'client' });
      expect(sentOn()).toEqual(perform ? [[ethan, 'messenger']] : []);
    },
  );
});

describe('a repeated text without a channel', () => {
  test('is the same send whatever channel came of it', async () => {
    forget();
    const many = { subscriber_ids: [sofia, maria], action: 'send_text', text: 'Hello!' };
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({
      accepted: 2,
      channels: { messenger: 1, instagram: 1 },
    });
    const requests = used.paths().length;
    for (const [id, channel] of [
      [sofia, 'instagram'],
      [maria, 'messenger'],
    ] as const) {
      const repeated = { channel, status: acceptedBefore, warnings: [expect.stringContaining('not sent again')] };
      expect(await send(id)).toMatchObject(repeated);
      expect(await send(id, { channel })).toMatchObject(repeated);
    }
    expect(await used.result('manychat_for_each_subscriber', many)).toMatchObject({
      accepted: 2,
      warnings: [expect.anything()],
    });
    expect(used.paths()).toHaveLength(requests);
    expect(sentOn()).toHaveLength(2);
  });

  test('is the same as one with the channel named whose outcome is unknown, on any channel', async () => {
    forget();
    sandbox.injectFault(lost('sendContent', true));
    await fail(ethan, { channel: 'messenger' });
    expect(await fail(ethan)).toMatchObject({ performed: 'unknown', source: 'client' });
    expect(sentOn()).toEqual([[ethan, 'messenger']]);
    // A channel that is named is another send than one with another channel, as before.
    expect(await send(ethan, { channel: 'whatsapp' })).toMatchObject({ channel: 'whatsapp' });
  });

  test('is made once if both are made at the same time, with and without the channel', async () => {
    forget();
    sandbox.injectFault({ match: { path: 'sendContent' }, delay_ms: 50 });
    const results: readonly Result[] = await Promise.all([
      send(aisha),
      send(aisha),
      send(aisha, { channel: 'whatsapp' }),
    ]);
    for (const result of results) expect(result).toMatchObject({ ok: true, channel: 'whatsapp' });
    expect(sentOn()).toEqual([[aisha, 'whatsapp']]);
  });

  test('can be made after it was answered at once, and after a refusal', async () => {
    forget();
    await send(aisha);
    await send(aisha);
    await fail(tom);
    await fail(tom);
    expect(sentOn()).toHaveLength(2);
    expect(used.countOf('sendContent')).toBe(4);
  });
});

describe('the message', () => {
  const replies = { quick_replies: [{ caption: 'Yes', flow_ns: 'content123' }] };

  test('must fit a channel on record, and is sent on the one that it fits', async () => {
    forget();
    expect(await fail(aisha, replies)).toMatchObject({
      kind: 'invalid_content',
      performed: 'no',
      message: expect.stringContaining('quick_replies does not work on whatsapp'),
      hint: expect.stringContaining('whatsapp on record'),
    });
    expect(used.countOf('sendContent')).toBe(0);
    expect(await send(sofia, replies)).toMatchObject({ channel: 'instagram' });
    await seenAs(noah, { whatsapp_phone: '1', ig_username: 'noahkim' });
    expect((await fail(noah, replies)).code).toBe(3031);
  });

  test('is split and warned of by the rules of the channel', async () => {
    forget();
    const long = { text: `${'x'.repeat(900)}\n\n${'y'.repeat(900)}` };
    const split = { messages: 2, warnings: ['The text was long and was sent as 2 messages.'] };
    expect(await send(sofia, long)).toMatchObject(split);
    expect((await send(maria, long)).warnings).toBeUndefined();
    const buttons = { buttons: [{ caption: 'Track', url: 'https://example.com' }] };
    expect((await send(aisha, buttons)).warnings).toEqual([expect.stringContaining('whatsapp supports url')]);
    expect((await send(maria, buttons)).warnings).toBeUndefined();
  });
});

describe('a read that fails', () => {
  test('leaves the message unsent, and the call can be repeated', async () => {
    forget();
    sandbox.injectFault({ match: { path: 'getInfo' }, times: 9, status: 503, body: 'Busy' });
    expect(await fail(maria)).toMatchObject({ performed: 'no', retryable: true });
    sandbox.clearFaults();
    await send(maria);
    expect(sentOn()).toEqual([[maria, 'messenger']]);
  });

  test('of a contact that does not exist says so', async () => {
    expect(await fail('42')).toMatchObject({ kind: 'not_found', performed: 'no' });
  });
});

test('a dry run shows the message for the channel that was found, and sends nothing', async () => {
  const dry = createCaller({ ...pinnedTo(sandbox), MANYCHAT_MCP_DRY_RUN: '1' });
  onTestFinished(() => dry.close());
  const outcome = await dry.call('manychat_send_text', { subscriber_id: sofia, text: 'Hello!' });
  expect(outcome).toMatchObject({
    result: { dry_run: true, requests: [{ method: 'POST', body: { data: { content: { type: 'instagram' } } } }] },
  });
  expect(used.paths()).toEqual(['getInfo']);
});

test('a contact is not read for a channel that is named', async () => {
  await send(john, { channel: 'messenger' });
  expect(used.paths()).toEqual(['sendContent']);
});
