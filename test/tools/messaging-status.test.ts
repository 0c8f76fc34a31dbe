import { describe, expect, onTestFinished, test } from 'vitest';
import { asObject, type Result, toList } from '../../tools/contract/json.js';
import { outlookOf } from '../../tools/workflows/messaging-status/outlook.js';
import { createCaller } from '../support/caller.js';
import { drivenClock } from '../support/driven.js';
import { aisha, dmitri, followers, john, liam, lukas, maria, noah, sofia, tom } from '../support/people.js';
import { pinnedTo } from '../support/program.js';
import { sandboxed, useCaller } from '../support/sandboxed.js';

const tool = 'manychat_get_messaging_status';
const used = useCaller({ random: () => 0 });
const contactsIn = ({ contacts }: Result) => (toList(contacts) ?? []).map(asObject);
const statusOf = async (subscriber_id: string) => await used.result(tool, { subscriber_id });

describe('whether a plain message reaches a contact', () => {
  const now = Date.UTC(2026, 3, 10, 12);
  const reach = (contact: object) => outlookOf({ ...contact }, now, true);

  test.each([
    ['2026-04-10T11:00:00+00:00', { plain_message_now: 'yes', until: '2026-04-11T11:00Z' }],
    ['2026-04-10 14:00:00+0300', { plain_message_now: 'yes', until: '2026-04-11T11:00Z' }],
    ['2026-04-09T12:00:01Z', { plain_message_now: 'yes', until: '2026-04-10T12:00Z' }],
    ['2026-04-09T12:00:00Z', { plain_message_now: 'no', closed_since: '2026-04-10T12:00Z' }],
    ['2026-04-01T12:00:00.5Z', { plain_message_now: 'no', closed_since: '2026-04-02T12:00Z' }],
    // A small clock skew is tolerated.
    ['2026-04-10T12:01:00Z', { plain_message_now: 'yes', until: '2026-04-11T12:00Z' }],
    [undefined, { plain_message_now: 'no' }],
    [
      '2026-04-10T11:00:00',
      {
        plain_message_now: 'unknown',
        why: 'of the last interaction (2026-04-10T11:00:00) the time lacks its offset from UTC',
      },
    ],
    [
      'April 10, 2026',
      { plain_message_now: 'unknown', why: 'of the last interaction ("April 10, 2026") the time cannot be read' },
    ],
    ['2026-04-31T25:00:00Z', { plain_message_now: 'unknown', why: expect.stringContaining('cannot be read') }],
    ['1775822400', { plain_message_now: 'unknown', why: expect.stringContaining('cannot be read') }],
    ['2026-04-10T13:00:00Z', { plain_message_now: 'unknown', why: expect.stringContaining('lies in the future') }],
  ])('is judged by the last interaction: %j', (last_interaction, expected) => {
    const { with: args, instead, ...outlook } = reach({ last_interaction });
    expect(outlook).toEqual(expected);
    // There is always something to do: arguments to send with, or another way.
    expect((args === undefined) !== (instead === undefined)).toBe(true);
  });

  const open = { last_interaction: '2026-04-10T11:00:00Z' };
  const closed = { last_interaction: '2026-04-01T11:00:00Z' };
  const [messenger, telegram, whatsapp, instagram] = ['messenger', 'telegram', 'whatsapp', 'instagram'].map(
    (channel) => ({ channel }),
  );

  test.each([
    ['WhatsApp', { whatsapp_phone: '1' }, [whatsapp], ['template']],
    ['WhatsApp without a number', { whatsapp_bsuid: 'IL.1' }, [whatsapp], ['template']],
    ['Instagram', { ig_username: 'ada' }, [instagram], ['wait']],
    ['both', { ig_id: '1', whatsapp_phone: '1' }, [whatsapp, instagram], ['template']],
    ['neither', {}, [messenger, telegram], ['otn', 'telegram']],
  ])('on record: %s', (_, contact, args, ways) => {
    expect(reach({ ...open, ...contact }).with).toEqual(args);
    expect(reach({ ...closed, ...contact }).instead).toEqual(ways);
  });

  test('who never wrote is reached by a WhatsApp template at most', () => {
    expect(reach({}).instead).toEqual(['wait']);
    expect(reach({ whatsapp_phone: '1' }).instead).toEqual(['template']);
  });

  test('one-time notifications are no way without topics', () => {
    expect(outlookOf(closed, now, false).instead).toEqual(['telegram']);
  });
});

describe('one contact', () => {
  test.each([
    [
      maria,
      {
        plain_message_now: 'yes',
        until: '2026-09-21T11:40Z',
        with: [{ channel: 'messenger' }, { channel: 'telegram' }],
        opt_ins: ['email'],
      },
    ],
    [sofia, { plain_message_now: 'yes', with: [{ channel: 'instagram' }], channels: ['instagram'] }],
    [
      aisha,
      { plain_message_now: 'yes', with: [{ channel: 'whatsapp' }], channels: ['whatsapp'], opt_ins: ['whatsapp'] },
    ],
    [
      lukas,
      { plain_message_now: 'no', closed_since: '2026-09-16T12:00Z', instead: ['template'], channels: ['whatsapp'] },
    ],
    [noah, { plain_message_now: 'no', instead: ['wait'] }],
    [liam, { plain_message_now: 'no', instead: ['wait'] }],
  ])('takes one request, and has no words about what others would need: %s', async (id, expected) => {
    const result = await statusOf(id);
    expect(contactsIn(result)).toEqual([expect.objectContaining({ subscriber_id: id, ...expected })]);
    expect(used.paths()).toEqual(['getInfo']);
    const named = toList(contactsIn(result)[0]?.instead) ?? [];
    expect(Object.keys(asObject(result.ways))).toEqual(named);
    expect(JSON.stringify(result)).not.toMatch(/\bIf it is\b/);
  });

  test('whose window is closed on Messenger gets the topics of the account, as arguments that work', async () => {
    const result = await statusOf(tom);
    expect(used.paths()).toEqual(['getInfo', 'getOtnTopics']);
    expect(contactsIn(result)[0]).toMatchObject({ plain_message_now: 'no', instead: ['otn', 'telegram'] });
    const { otn, telegram } = asObject(result.ways);
    expect(asObject(otn)).toEqual({
      tool: 'manychat_send_content',
      arguments: [{ otn_topic_name: 'Price Drop Alert' }, { otn_topic_name: 'Back in Stock' }],
      note: expect.stringContaining('about that topic and nothing else'),
    });
    expect(asObject(telegram)).toMatchObject({ arguments: [{ channel: 'telegram' }] });
    const data = { version: 'v2', content: { messages: [{ type: 'text', text: 'The Kenya is back' }] } };
    const [, topic] = toList(asObject(otn).arguments) ?? [];
    await used.result('manychat_send_content', { subscriber_id: tom, data, ...asObject(topic) });
    await used.result('manychat_send_text', { subscriber_id: dmitri, text: 'Hi', channel: 'telegram' });
  });

  test.each([maria, sofia, aisha])('is reached with the arguments that the status gives: %s', async (subscriber_id) => {
    const [status] = contactsIn(await statusOf(subscriber_id));
    const [args] = toList(status?.with) ?? [];
    await used.result('manychat_send_text', { subscriber_id, text: 'Hi', ...asObject(args) });
    expect(used.sandbox.messages()).toHaveLength(1);
  });

  test('has no topics if they cannot be read, and the result says so', async () => {
    used.sandbox.injectFault({
      match: { path: 'getOtnTopics' },
      times: 9,
      status: 500,
      body: { status: 'exception', message: 'No' },
    });
    const result = await statusOf(tom);
    expect(contactsIn(result)[0]?.instead).toEqual(['telegram']);
    expect(result.warnings).toEqual([
      expect.stringMatching(/^The one-time-notification topics could not be read: "No"/),
    ]);
  });

  test('fails if it cannot be read', async () => {
    expect(await used.failure(tool, { subscriber_id: '42' })).toMatchObject({ kind: 'not_found' });
    expect(await used.failure(tool, { subscriber_ids: ['42'] })).toMatchObject({ kind: 'not_found' });
  });
});

describe('several contacts', () => {
  test('have one answer each, and what is the same for all is said once', async () => {
    const ids = [maria, tom, lukas, aisha, sofia, noah, liam, dmitri, tom];
    const result = await used.result(tool, { subscriber_ids: ids });
    expect(
      contactsIn(result).map(({ subscriber_id, plain_message_now }) => [subscriber_id, plain_message_now]),
    ).toEqual([
      [maria, 'yes'],
      [tom, 'no'],
      [lukas, 'no'],
      [aisha, 'yes'],
      [sofia, 'yes'],
      [noah, 'no'],
      [liam, 'no'],
      [dmitri, 'no'],
    ]);
    expect(Object.keys(asObject(result.ways)).toSorted()).toEqual(['otn', 'telegram', 'template', 'wait']);
    expect(result.not_known).toEqual([
      'On which channel each contact last wrote: the window counts for that channel',
      'Whether a contact without channels is on Messenger or on Telegram',
      'Whether a contact unsubscribed, or asked for a one-time notification',
    ]);
    expect([used.countOf('getInfo'), used.countOf('getOtnTopics')]).toEqual([8, 1]);
  });

  test('that cannot be read are listed with the reason', async () => {
    const result = await used.result(tool, { subscriber_ids: ['42', maria, '43'] });
    expect(contactsIn(result)).toHaveLength(1);
    expect(result.unreadable).toEqual([
      { error: 'not_found', message: expect.any(String), subscriber_ids: ['42', '43'] },
    ]);
    const none = await used.result(tool, { subscriber_ids: ['42', '43'] });
    expect(none).toMatchObject({ contacts: [], unreadable: [{ subscriber_ids: ['42', '43'] }] });
  });

  test('that a failure keeps from being read are to be asked for again', async () => {
    used.sandbox.injectFault({
      match: { path: 'getInfo' },
      after: 1,
      times: 99,
      status: 429,
      headers: { 'retry-after': '3600' },
      body: {},
    });
    const result = await used.result(tool, { subscriber_ids: [maria, ...followers(20)] });
    expect(contactsIn(result)).toHaveLength(1);
    expect(toList(result.not_asked)).toHaveLength(20);
    expect(result).toMatchObject({
      stopped: expect.stringMatching(/^rate_limited/),
      retry_after_s: expect.any(Number),
    });
    used.sandbox.clearFaults();
  });

  test.each([
    [{}, /give exactly one of subscriber_id and subscriber_ids/],
    [{ subscriber_id: maria, subscriber_ids: [tom] }, /give exactly one of/],
    [{ subscriber_ids: [] }, /give exactly one of/],
    [{ subscriber_ids: followers(51) }, /takes at most 50 ids/],
    [{ subscriber_ids: ['Maria'] }, /^subscriber_ids\[0\]: must be decimal digits/],
  ])('are refused before any request: %#', async (args, words) => {
    expect(await used.failure(tool, args)).toMatchObject({
      kind: 'invalid_input',
      message: expect.stringMatching(words),
    });
    expect(used.sandbox.requests()).toEqual([]);
  });
});

test('fifty contacts are read within the limits, and what does not fit into the call is listed', async () => {
  const clock = drivenClock();
  const { sandbox } = await sandboxed({ followers: 48, clock: clock.wallClock });
  const ids = [john, tom, ...followers(48)];
  const ask = async (environment: Record<string, string>) => {
    const caller = createCaller({ ...pinnedTo(sandbox), ...environment }, { clock, random: () => 0 });
    onTestFinished(() => caller.close());
    const outcome = await caller.call(tool, { subscriber_ids: ids });
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.failure));
    return outcome.result;
  };
  const all = await ask({});
  expect(contactsIn(all).map(({ subscriber_id }) => subscriber_id)).toEqual(ids);
  expect(Buffer.byteLength(JSON.stringify(all))).toBeLessThan(14_000);
  expect(clock.now()).toBeLessThan(7_000);
  // Another process has a pacer of its own.
  clock.advance(2_000);
  const some = await ask({ MANYCHAT_MCP_DEADLINE_MS: '3000', MANYCHAT_MCP_READ_ONLY: '1' });
  const left = (toList(some.not_asked) ?? []).map(String);
  expect(left.length).toBeGreaterThan(0);
  expect([...contactsIn(some).map(({ subscriber_id }) => subscriber_id), ...left].toSorted()).toEqual(ids.toSorted());
  expect(sandbox.requests().every(({ status }) => status !== 429)).toBe(true);
});
