import { describe, expect, it } from 'vitest';
import type { Result } from '../../tools/contract/json.js';
import { unfoundIn } from '../runner/provenance.js';
import { attempt } from '../runner/run-task.js';
import { solver } from '../runner/solve.js';
import { call } from '../solutions/solution.js';
import { builtServer, taskNamed } from './support/attempts.js';

const schema: Result = {
  type: 'object',
  properties: {
    subscriber_id: { type: 'string' },
    detail: { enum: ['summary', 'full'] },
    data: { type: 'object', properties: { version: { const: 'v2' }, messages: { type: 'array' } } },
  },
};

/** What is not found in words and results. */
const unfound = (args: Result, words: string, ...results: readonly string[]): string[] =>
  unfoundIn(args, { words, results, schema });

describe('an argument', () => {
  it.each<[string, unknown, string]>([
    ['a word', 'VIP', 'Tag her as VIP, please.'],
    ['several words', 'Your cake is ready.', 'Write "Your cake is ready." to her.'],
    ['words in other spaces and cases', 'ana lima', 'Find Ana\n  Lima.'],
    ['a number', 75, 'Set points to 75.'],
    ['a number in a table', '90', 'id,points\n1523920001,90\n1523920008,7'],
    ['a decimal number', 1.5, 'Set it to 1.5.'],
    ['an id in a link', '24958501110495002', 'https://app.manychat.com/fb204811/chat/24958501110495002'],
    ['a date that is written in words', '1990-04-12', 'Her birthday is 12 April 1990.'],
    ['a field and its value', 'city:Porto', 'Ana Silva from Porto (the field city says so)'],
  ])('may be %s that the person said', (_, value, words) => {
    expect(unfound({ subscriber_id: value }, words)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['said by nobody', 'Wholesale', 'Tag her as VIP.'],
    ['a part of a word', 'art', 'Start the cart.'],
    ['a part of a number', '2495', 'For 24958501110495002.'],
    ['a number with another one in it', '249585', 'For 24958 and 501.'],
    ['the whole part of a decimal number', 1, 'Set it to 1.5.'],
    ['the fraction of a decimal number', 5, 'Set it to 1.5.'],
    ['a date that was not said', '1990-04-13', 'Her birthday is 12 April 1990.'],
    ['a field with a value that was not said', 'city:Faro', 'Ana Silva from Porto (the field city says so)'],
    ['empty', '', 'Tag her as VIP.'],
    ['the name of an argument', 'detail', 'Tag her as VIP.'],
    ['the values of two places, joined', 'Ana Lima', 'Ana and Lima'],
  ])('may not be %s', (_, value, words) => {
    expect(unfound({ subscriber_id: value }, words)).toEqual([String(value)]);
  });

  it('may stand in an earlier result, as a value or as a name, with escapes', () => {
    const result = '{"matches":[{"id":"7000","name":"Ana \\"Nana\\" Lima","fields":{"loyalty":3}}]}';
    expect(unfound({ subscriber_id: '7000' }, '', result)).toEqual([]);
    expect(unfound({ subscriber_id: 'Ana "Nana" Lima' }, '', result)).toEqual([]);
    expect(unfound({ loyalty: 3 }, '', result)).toEqual([]);
    expect(unfound({ subscriber_id: '700' }, '', result)).toEqual(['700']);
  });

  it('may stand in an earlier result that is not JSON', () => {
    expect(unfound({ subscriber_id: '7000' }, '', 'Found: 7000 (Ana)')).toEqual([]);
  });

  it('may be a choice of the schema', () => {
    expect(unfound({ detail: 'full', data: { version: 'v2' } }, '')).toEqual([]);
    expect(unfound({ detail: 'v3' }, '')).toEqual(['v3']);
  });

  it('is looked for at any depth, each once', () => {
    const args = { data: { messages: [{ text: 'Hi' }, { text: 'Hi' }, ['Ola']], version: 'v2' } };
    expect(unfound(args, 'Say Hi.')).toEqual(['text', 'Ola']);
  });

  it('may not have a name that neither the schema nor anyone says', () => {
    expect(unfound({ subscriber_id: 'Ana', colour: 'Ana' }, 'Ana')).toEqual(['colour']);
    expect(unfound({ data: { points: 'Ana' } }, 'Set points of Ana')).toEqual([]);
  });
});

describe('a solution', () => {
  const task = taskNamed('maria-by-email');

  it('stops before a call with an argument that was made up', async () => {
    const { calls, failure, outcome } = await attempt(
      task,
      builtServer(),
      solver(function* () {
        yield call('find_subscribers', { queries: ['Maria Garcia'] });
        yield call('add_tag_to_subscriber_by_name', { subscriber_id: '24958501110470101', tag_name: 'VIP' });
        return 'She has the tag VIP now.';
      }),
    );
    expect(failure).toEqual([
      'the agent stopped: manychat_add_tag_to_subscriber_by_name: neither the person nor an earlier result says ["24958501110470101"]',
    ]);
    expect(calls.map(({ tool }) => tool)).toEqual(['manychat_find_subscribers']);
    expect(outcome.account).toEqual(outcome.before);
  });

  it('may use what the call before showed', async () => {
    const { calls, failure } = await attempt(
      task,
      builtServer(),
      solver(function* () {
        yield call('find_subscribers', { queries: ['Maria Garcia'] });
        yield call('add_tag_to_subscriber_by_name', { subscriber_id: '24958501110458812', tag_name: 'VIP' });
        return 'She has the tag VIP now.';
      }),
    );
    expect(failure).toEqual([]);
    expect(calls.map(({ isError }) => isError)).toEqual([false, false]);
  });
});
