import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { runWorkflow } from '../../../src/account/call/workflow/run-workflow.js';
import { noTurns } from '../../../src/account/jobs/job-of-call.js';
import { CallError, type Failure } from '../../../tools/contract/failure.js';
import type { Result } from '../../../tools/contract/json.js';
import { type Step, type Steps, workflow } from '../../../tools/contract/workflow.js';
import { getSubscriber } from '../../../tools/endpoints/subscribers.js';
import { noInbox } from '../../support/no-inbox.js';

/** A refusal by ManyChat that performed nothing, unless `more` says otherwise. */
const failureOf = (more: Partial<Failure>): CallError =>
  new CallError(
    { kind: 'rejected', message: 'No', hint: 'x', retryable: false, performed: 'no', source: 'manychat', ...more },
    'refused',
  );

const step = (what: string, more: Partial<Step> = {}): Step => ({ what, endpoint: getSubscriber, input: {}, ...more });

/** Runs a workflow. The steps named in `failures` fail; the others return their own name. */
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
    whatsappField: { setting: undefined, known: () => undefined, remember: () => undefined },
    now: () => 0,
    timeLeft: () => 1,
    progress: () => undefined,
    name: () => undefined,
    channelsOf: () => undefined,
    job: { channelRefusals: 0 },
    turns: noTurns,
    inbox: noInbox,
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

describe('the report of a failed workflow', () => {
  test('lists every step in order with its outcome', async () => {
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

  test('merges identical lines', async () => {
    const run = async ({ call }: Steps) => {
      await call(step('look'));
      await call(step('create')).catch(() => undefined);
      await call(step('look'));
      return call(step('fail'));
    };
    expect(await outcomeOf(run, { create: failureOf({}), fail: failureOf({}) })).toEqual({
      details: ['Done: look.', 'Failed: create.', 'Failed: fail.'],
    });
  });

  test('names five steps of a line, each with at most 240 characters, and counts the others', async () => {
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
    // Five names of up to 240 characters, and the words around them.
    expect(details.at(-1)?.length).toBeLessThan(5 * 240 + 100);
  });

  test('is omitted if there was only one step', async () => {
    expect(await outcomeOf(({ call }) => call(step('look')), { look: failureOf({}) })).toEqual({ details: undefined });
  });

  test('omits steps that are one of many', async () => {
    const many = async ({ inOrder }: Steps) => {
      await inOrder(['a', 'b', 'c'].map((what) => step(what, { quiet: true })));
      return {};
    };
    expect(await outcomeOf(many, { b: failureOf({}) })).toEqual({ details: undefined });
  });
});

describe('a step that recovers from a failure', () => {
  const recover = (failure: Failure) => (failure.kind === 'not_found' ? { from: 'nowhere' } : undefined);
  const notFound = failureOf({ kind: 'not_found' });
  const run = async ({ call }: Steps) => {
    const first = await call(step('look', { recover }));
    await call(step('create'));
    return first;
  };

  test('returns the result that stands for the failure', async () => {
    expect(await outcomeOf(run, { look: notFound })).toEqual({ result: { from: 'nowhere' } });
  });

  test('counts as done in the report', async () => {
    expect(await outcomeOf(run, { look: notFound, create: failureOf({}) })).toEqual({
      details: ['Done: look.', 'Failed: create.'],
    });
  });

  test('fails with a failure that it does not recover from', async () => {
    expect(await outcomeOf(run, { look: failureOf({}) })).toEqual({ details: undefined });
  });
});
