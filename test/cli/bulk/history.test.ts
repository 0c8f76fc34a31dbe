import { describe, expect, test } from 'vitest';
import { states as allStates } from '../../../src/cli/bulk/journal/entry.js';
import { createHistory, type RecordedOutcome } from '../../../src/cli/bulk/journal/history.js';

/** The outcome after these states. A star marks an entry from before a crash of the computer, or by 0.1.0. */
function after(states: string, repeatable: boolean): RecordedOutcome | undefined {
  const history = createHistory({ repeatable });
  for (const word of states.split(' ')) {
    const state = allStates.find((each) => each === word.replace('*', ''));
    if (state === undefined) throw new Error(`${word} is not a state`);
    history.addEntry({ id: '1', state }, !word.endsWith('*'));
  }
  return history.outcomes.get('1');
}

describe('the outcome of a send', () => {
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
    // Repeated with --retry-unknown: the earlier attempt may still have reached the contact.
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
])('a repeatable request after %s is %s', (states, known) => expect(after(states, true)).toBe(known));

test('an unknown contact keeps its reason while it is tried again', () => {
  const { addEntry, failures } = createHistory({ repeatable: false });
  addEntry({ id: '1', state: 'unknown', line: 2, kind: 'network', message: 'The connection broke' }, true);
  addEntry({ id: '1', state: 'intent' }, true);
  expect(failures.get('1')).toMatchObject({ state: 'unknown', message: 'The connection broke' });
  addEntry({ id: '1', state: 'done' }, true);
  expect(failures.size).toBe(0);
});
