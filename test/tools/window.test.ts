import { describe, expect, test } from 'vitest';
import { durationText } from '../../tools/contract/quoted.js';
import { reachability } from '../../tools/message/window.js';

const now = Date.UTC(2026, 3, 10, 12);

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

test('channels on record are reported in a refusal', () => {
  expect(reachability({ whatsapp_phone: '1', ig_id: '2' }, now, 'rejected')[1]).toContain(
    'Instagram and WhatsApp are on record',
  );
});
