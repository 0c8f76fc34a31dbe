import { describe, expect, test } from 'vitest';
import type { Turn } from '../../../ui/inbox/server/shapes.js';
import { clickedTurn } from '../../../ui/inbox/state/clickable.js';
import { topics, topicsToRead } from '../../../ui/inbox/state/notices.js';
import { hashOf, type Place, placeOf } from '../../../ui/inbox/state/place.js';
import { sourceOf } from '../../../ui/inbox/state/source-text.js';
import { roughly, windowText } from '../../../ui/inbox/state/times.js';

describe('notices', () => {
  test.each([
    ['a message of the selected contact', { contacts: ['7', '8'] }, ['contacts', 'contact', 'conversation']],
    ['a message of another contact', { contacts: ['9'] }, ['contacts']],
    ['a request', { requests: true }, ['requests']],
    ['a call out', { calls: true }, ['calls']],
    ['a fault', { faults: true }, ['faults']],
    ['the account', { account: true }, ['account', 'overview', 'contacts', 'contact']],
    ['the clock', { clock: true }, ['overview', 'contacts', 'contact']],
    ['a reset', { all: true }, topics],
    [
      'several things',
      { contacts: ['9'], requests: true, clock: true },
      ['contacts', 'requests', 'overview', 'contact'],
    ],
  ])('%s', (_, notice, expected) => {
    expect(topicsToRead(JSON.stringify(notice), '8')).toEqual(expected);
  });

  test.each(['', 'no JSON', '{}', 'null', '{"of a later version":true}'])('%j leads to everything', (notice) => {
    expect(topicsToRead(notice, '8')).toEqual(topics);
  });
});

describe('the place in the address', () => {
  const places: Place[] = [
    { contact: undefined, tab: 'contact', pane: 'contacts', page: 'first' },
    { contact: '24958501110451908', tab: 'contact', pane: 'conversation', page: 'first' },
    { contact: '24958501110451908', tab: 'faults', pane: 'panel', page: 'second' },
    { contact: 'ä&b=c#d', tab: 'calls', pane: 'contacts', page: 'first' },
  ];
  test.each(places)('is kept: $contact $tab $pane $page', (place) => {
    expect(placeOf(hashOf(place))).toEqual(place);
  });

  test('leaves out what is as always', () => {
    expect(places.map(hashOf)).toEqual([
      '#',
      '#contact=24958501110451908',
      '#contact=24958501110451908&tab=faults&pane=panel&page=second',
      '#contact=%C3%A4%26b%3Dc%23d&tab=calls&pane=contacts',
    ]);
  });

  test('has a default for what it does not know', () => {
    expect(placeOf('#contact=&tab=constructor&pane=__proto__&page=third&x=1')).toEqual(places[0]);
  });
});

describe('a window by the clock of the sandbox', () => {
  const open = { state: 'open', until: '2026-03-02T09:00:00Z' } as const;
  test.each([
    ['2026-03-01T09:00:00Z', 'open', 'open 24 h more', false],
    ['2026-03-02T05:59:59Z', 'open', 'open 3 h more', false],
    ['2026-03-02T08:00:01Z', 'open', 'open 59 min more', true],
    ['2026-03-02T08:59:30Z', 'open', 'open less than 1 min more', true],
    ['2026-03-02T09:00:00Z', 'open', 'open less than 1 min more', true],
    ['2026-03-02T09:00:01Z', 'closed', 'closed', false],
  ])('at %s it is %s', (now, state, text, closesSoon) => {
    expect(windowText(open, Date.parse(now))).toEqual({ state, text, closesSoon });
  });

  test('a closed one, and one that never opened, stay so', () => {
    const now = Date.parse('2026-03-01T09:00:00Z');
    expect(windowText({ state: 'closed', since: '2026-03-01T08:00:00Z' }, now).text).toBe('closed');
    expect(windowText({ state: 'never' }, now).text).toBe('never wrote');
  });

  test.each([
    [59_999, 'less than 1 min'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
  ])('%i ms are %s', (milliseconds, text) => {
    expect(roughly(milliseconds)).toBe(text);
  });
});

test('a click is one on the newest message with its caption, of those that arrived', () => {
  const page = { from: 'page', time: '', channel: 'messenger', id: 1, source: 'sendContent' } as const;
  const sent = (seq: number, delivered: boolean, messages: unknown[], replies: unknown[] = []): Turn => ({
    ...page,
    seq,
    delivered,
    messages,
    quick_replies: replies,
  });
  const yes = { caption: 'Yes' };
  const turns: Turn[] = [
    sent(1, true, [{ buttons: [yes] }], [{ caption: 'No' }]),
    sent(2, true, [{ elements: [{ buttons: [{ caption: 'Buy' }] }, 'nonsense'] }, null]),
    sent(3, false, [{ buttons: [yes] }]),
    { from: 'contact', seq: 4, time: '', channel: 'messenger', clicked: 'Yes' },
    sent(5, true, [], [{ caption: 'No' }]),
  ];
  expect(['Yes', 'No', 'Buy', 'Other'].map((caption) => clickedTurn(turns, caption))).toEqual([1, 5, 2, undefined]);
});

test('what sent a message is named', () => {
  const flows = [{ ns: 'content1', name: 'Say this' }];
  const texts = [
    { source: 'sendContent' },
    { source: 'sendContentByUserRef', otn_topic_name: 'Sale' },
    { source: 'sendFlow', flow_ns: 'content1' },
    { source: 'flow', flow_ns: 'content2' },
    { source: 'block' },
  ].map((turn) => sourceOf(turn, flows));
  expect(texts).toEqual([
    { text: 'Sent by the API (sendContent)' },
    { text: 'One-time notification ', name: 'Sale', after: ' (sendContentByUserRef)' },
    { text: 'Flow ', name: 'Say this', after: ', started by the API' },
    { text: 'Flow ', name: 'content2' },
    { text: 'Dynamic block' },
  ]);
});
