import { describe, expect, test } from 'vitest';
import { durationText } from '../../tools/contract/quoted.js';
import { reachability } from '../../tools/message/window.js';
import { messagingStatus } from '../../tools/workflows/messaging-status.js';

const now = Date.UTC(2026, 3, 10, 12);
const statusOf = (contact: object) => messagingStatus(contact, now);

describe('durationText', () => {
  test.each([
    [0, '0 min'],
    [59 * 60_000, '59 min'],
    [90 * 60_000, '1 h 30 min'],
    [24 * 3_600_000, '1 d'],
    [(49 * 60 + 5) * 60_000, '2 d 1 h'],
  ])('words %i ms as %s', (span, words) => expect(durationText(span)).toBe(words));
});

describe('the 24-hour window', () => {
  test.each([
    ['2026-04-10T11:00:00+00:00', { open: true, until: '2026-04-11T11:00:00.000Z' }],
    ['2026-04-10 14:00:00+0300', { open: true, until: '2026-04-11T11:00:00.000Z' }],
    ['2026-04-09T12:00:01Z', { open: true, until: '2026-04-10T12:00:01.000Z' }],
    ['2026-04-09T12:00:00Z', { open: false, closed_since: '2026-04-10T12:00:00.000Z' }],
    ['2026-04-01T12:00:00.5Z', { open: false, closed_since: '2026-04-02T12:00:00.500Z' }],
    // A small clock skew is tolerated.
    ['2026-04-10T12:01:00Z', { open: true, until: '2026-04-11T12:00:00.000Z' }],
    [undefined, { open: false }],
    ['2026-04-10T11:00:00', { reason: 'the time lacks its offset from UTC' }],
    ['2026-04-10', { reason: 'the time lacks its offset from UTC' }],
    ['April 10, 2026', { reason: 'the time cannot be read' }],
    ['2026-04-31T25:00:00Z', { reason: 'the time cannot be read' }],
    ['1775822400', { reason: 'the time cannot be read' }],
    ['2026-04-10T13:00:00Z', { reason: 'the time lies in the future' }],
  ])('after an interaction at %j', (last_interaction, window) => {
    const status = statusOf({ last_interaction });
    expect(status.window).toEqual(window);
    expect(status.last_interaction).toBe(last_interaction);
    const unknown = 'reason' in window;
    expect(status.not_known.some((each) => each.startsWith('Whether the 24-hour window is open'))).toBe(unknown);
    expect(status.possible_now.some((each) => each.startsWith('Any message'))).toBe('until' in window);
  });

  test('is explained in a refusal', () => {
    const explained = (last_interaction: string | undefined) => reachability({ last_interaction }, now, 'rejected')[0];
    expect(explained(undefined)).toBe('ManyChat has no record of an interaction by this contact.');
    expect(explained('2026-04-10T12:01:00Z')).toMatch(
      /^The contact last interacted 0 min ago .* is open for another 1 d\.$/,
    );
    expect(explained('2026-04-10T11:00:00')).toBe(
      'Whether the 24-hour window is open is not known: of the last interaction (2026-04-10T11:00:00) the time lacks its offset from UTC.',
    );
  });

  test('may be open for another channel if the refusal says closed', () => {
    const contact = { last_interaction: '2026-04-10T11:00:00Z' };
    const words = /The window counts for the channel on which the contact last wrote, which may be another one\.$/;
    expect(reachability(contact, now, 'window_closed')[0]).toMatch(words);
    expect(reachability(contact, now, 'message_tag_refused')[0]).not.toMatch(words);
    expect(reachability({ last_interaction: '2026-04-01T11:00:00Z' }, now, 'window_closed')[0]).not.toMatch(words);
  });
});

describe('channels', () => {
  const closed = { last_interaction: '2026-04-01T11:00:00Z' };
  const possible = (contact: object) => statusOf({ ...closed, ...contact }).possible_now.join('\n');

  test('on record are reported', () => {
    expect(reachability({ whatsapp_phone: '1', ig_id: '2' }, now, 'rejected')[1]).toContain(
      'Instagram and WhatsApp are on record',
    );
    expect(statusOf({ whatsapp_bsuid: 'IL.1' }).channels).toEqual({ instagram: false, whatsapp: true });
    expect(statusOf({ ig_username: 'ada' }).channels).toEqual({ instagram: true, whatsapp: false });
  });

  test('decide what is possible after the window has closed', () => {
    expect(possible({ whatsapp_phone: '1' })).toMatch(/template/);
    expect(possible({ whatsapp_phone: '1' })).not.toMatch(/Telegram|Messenger/);
    expect(possible({ ig_id: '1' })).toBe('Anything, once the contact writes again');
    expect(possible({})).toMatch(/If it is on Messenger.*\n.*If it is on Telegram/);
    expect(possible({})).not.toMatch(/template/);
    expect(statusOf({ ...closed, ig_id: '1' }).not_known).toContain(
      'Whether Messenger or Telegram reaches the contact',
    );
  });
});
