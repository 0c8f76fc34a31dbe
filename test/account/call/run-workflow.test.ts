import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { runWorkflow } from '../../../src/account/call/run-workflow.js';
import { CallError, type Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { type Step, type Steps, workflow } from '../../../tools/contract/workflow.js';
import { getSubscriber } from '../../../tools/endpoints/subscribers.js';

const failureOf = (more: Partial<Failure>): CallError =>
  new CallError(
    { kind: 'rejected', message: 'No', hint: 'x', retryable: false, performed: 'no', source: 'manychat', ...more },
    'refused',
  );

const step = (what: string, more: Partial<Step> = {}): Step => ({ what, endpoint: getSubscriber, input: {}, ...more });

/** The outcome of a workflow whose steps fail as `failures` says, by what they are. */
async function outcomeOf(run: (steps: Steps) => Promise<Result>, failures: Record<string, CallError>) {
  const declaration = workflow({
    name: 'manychat_test',
    title: 'Test',
    description: 'Test',
    api: 'manychat',
    effect: 'create',
    verifyWith: [],
    input: z.strictObject({}),
    output: { schema: z.looseObject({}) },
    example: {},
    run: (_, steps) => run(steps),
  });
  const side = {
    now: () => 0,
    timeLeft: () => 1,
    progress: () => undefined,
    hold: async () => undefined,
    async perform({ what }: Step): Promise<Result> {
      const failure = failures[what];
      if (failure !== undefined) throw failure;
      return { from: what };
    },
  };
  return runWorkflow(declaration, {}, side).then(
    (result) => ({ result }),
    (error: unknown) => ({ details: error instanceof CallError ? error.failure.details : error }),
  );
}

describe('the report of a workflow that fails', () => {
  test('has every step in its order, with what came of it', async () => {
    const run = async ({ call, inOrder }: Steps) => {
      await call(step('look'));
      await call(step('create')).catch(() => undefined);
      await call(step('look further')).catch(() => undefined);
      await inOrder([step('set'), step('write'), step('tag'), step('send')]);
      return {};
    };
    const failures = {
      create: failureOf({ performed: 'unknown' }),
      'look further': failureOf({}),
      write: failureOf({ details: ['Because'] }),
    };
    expect(await outcomeOf(run, failures)).toEqual({
      details: [
        'Done: look.',
        'Outcome unknown: create.',
        'Failed: look further.',
        'Done: set.',
        'Failed: write.',
        'Not done: tag; send.',
        'Because',
      ],
    });
  });

  test('says the same thing once, and keeps long lists and long names short', async () => {
    const run = async ({ call, inOrder }: Steps) => {
      await call(step('look'));
      await call(step('create')).catch(() => undefined);
      await call(step('look'));
      await inOrder([step('fail'), ...Array.from({ length: 40 }, (_, index) => step(`${index} ${'x'.repeat(500)}`))]);
      return {};
    };
    const { details } = (await outcomeOf(run, { create: failureOf({}), fail: failureOf({}) })) as { details: string[] };
    expect(details.slice(0, -1)).toEqual(['Done: look.', 'Failed: create.', 'Failed: fail.']);
    expect(details.at(-1)).toMatch(/^Not done: 0 x+…; 1 x+…; .*; and 35 more\.$/);
    expect(details.at(-1)?.length).toBeLessThan(1_300);
  });

  test('is left out where there was one step, and for steps that are one of many', async () => {
    expect(await outcomeOf(({ call }) => call(step('look')), { look: failureOf({}) })).toEqual({ details: undefined });
    const many = async ({ inOrder }: Steps) => {
      await inOrder(['a', 'b', 'c'].map((what) => step(what, { oneOfMany: true })));
      return {};
    };
    expect(await outcomeOf(many, { b: failureOf({}) })).toEqual({ details: undefined });
  });

  test('counts a failure that is an answer all the same as done', async () => {
    const missing = (failure: Failure) => (failure.kind === 'not_found' ? { from: 'nowhere' } : undefined);
    const run = async ({ call }: Steps) => {
      const first = await call(step('look', { recover: missing }));
      await call(step('create'));
      return first;
    };
    const look = failureOf({ kind: 'not_found' });
    expect(await outcomeOf(run, { look })).toEqual({ result: { from: 'nowhere' } });
    expect(await outcomeOf(run, { look, create: failureOf({}) })).toEqual({
      details: ['Done: look.', 'Failed: create.'],
    });
    expect(await outcomeOf(run, { look: failureOf({}) })).toEqual({ details: undefined });
  });
});
