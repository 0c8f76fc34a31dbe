import { describe, expect, test } from 'vitest';
import { states as allStates } from '../../../src/cli/bulk/journal/entry.js';
import { createLedger, type Known } from '../../../src/cli/bulk/journal/history.js';

/** What a contact comes to after these states; one with a star was written before the computer went down, or by 0.1.0. */
function after(states: string, repeatable: boolean): Known | undefined {
  const ledger = createLedger({ repeatable });
  for (const word of states.split(' ')) {
    const state = allStates.find((each) => each === word.replace('*', ''));
    if (state === undefined) throw new Error(`${word} is no state`);
    ledger.note({ id: '1', state }, !word.endsWith('*'));
  }
  return ledger.known.get('1');
}

describe('what must not be done twice', () => {
  test.each([
    ['intent', 'open'],
    ['intent*', 'pending'],
    ['intent left', 'pending'],
    ['intent left done', 'done'],
    ['intent left not_sent', 'open'],
    ['intent left not_sent failed', 'failed'],
    ['intent left not_sent intent', 'open'],
    ['intent left not_sent intent left', 'pending'],
    ['intent left unknown', 'unknown'],
    ['intent* done*', 'done'],
    ['intent* not_sent*', 'open'],
    ['intent* not_sent* intent', 'open'],
    ['failed intent', 'open'],
    // Tried again because it was told to: what the earlier try may have done is not undone.
    ['intent left intent', 'unknown'],
    ['intent* intent', 'unknown'],
    ['intent* intent left not_sent', 'unknown'],
    ['unknown intent', 'unknown'],
    ['unknown intent left', 'unknown'],
    ['unknown intent left not_sent failed', 'unknown'],
    ['unknown intent left done', 'done'],
  ])('after %s is %s', (states, known) => expect(after(states, false)).toBe(known));
});

test.each([
  ['intent*', 'open'],
  ['intent* not_sent', 'open'],
  ['done', 'done'],
  ['failed', 'failed'],
])('what may be repeated is after %s %s', (states, known) => expect(after(states, true)).toBe(known));

test('the reason of what is unknown stays while it is tried again', () => {
  const { note, troubles } = createLedger({ repeatable: false });
  note({ id: '1', state: 'unknown', line: 2, kind: 'network', message: 'The connection broke' }, true);
  note({ id: '1', state: 'intent' }, true);
  expect(troubles.get('1')).toMatchObject({ state: 'unknown', message: 'The connection broke' });
  note({ id: '1', state: 'done' }, true);
  expect(troubles.size).toBe(0);
});
