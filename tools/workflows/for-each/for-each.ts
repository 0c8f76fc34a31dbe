import * as z from 'zod';
import { CallError, type Failure, kinds, reasonIn } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { type Steps, workflow } from '../../contract/workflow.js';
import { repairSend } from '../../message/repair.js';
import { subscriberId } from '../../values/inputs.js';
import { actionCapabilities, actionInput, actionProblems, actionQuestion, actionWarnings, stepsOf } from './action.js';
import { concernsEverybody, isLongPause, isSuspicious, mostInARow } from './stop-rules.js';

/** Contacts of one call: what a client can hold of the result. */
const mostSubscribers = 1_000;

/** Contacts in flight: enough to use up ten requests a second of up to a second each. */
const inFlight = 10;

/** The share of its time after which a call begins with no further contact, so that those in flight can end. */
const reservedShare = 0.2;

const output = z.looseObject({
  done: z.int(),
  failed: z.array(z.looseObject({ error: z.enum(kinds), subscriber_ids: z.array(z.string()) })),
  unknown: z.array(z.string()),
  remaining: z.array(z.string()),
  errors: z.array(z.looseObject({ kind: z.enum(kinds), message: z.string(), hint: z.string() })).optional(),
  stopped: z.string().optional(),
  retry_after_s: z.int().optional(),
  warnings: z.array(z.string()).optional(),
});

/** What has become of the contacts so far. */
interface Tally {
  done: number;
  /** Of those, how many an earlier call had done. */
  doneBefore: number;
  failed: { readonly subscriber_id: string; readonly error: Failure['kind'] }[];
  readonly unknown: string[];
  readonly remaining: string[];
  /** The longest that the rate limits make one of those that remain wait, in seconds. */
  waitSeconds: number;
  /** One failure of each kind. */
  readonly errors: Map<Failure['kind'], Failure>;
}

/** Whether the contact has not had its turn, and can have it in the next call. */
const wasNotReached = ({ kind, performed }: Failure): boolean =>
  performed === 'no' && (kind === 'cancelled' || kind === 'timeout' || kind === 'rate_limited');

const doneBeforeText = (count: number): string =>
  `${count} of those done had got the very same from an earlier call, whose answer may have been lost: it was not sent to them again. To send it once more on purpose, change it or wait 5 minutes.`;

/** Why some remain although nothing stopped the job. */
const remainingText = (waitSeconds: number): string =>
  waitSeconds > 0
    ? `The rate limits left no place in time for those in remaining: call again with only them in ${waitSeconds} seconds.`
    : 'The time of this call was up: call again with only those in remaining.';

async function forEach(
  ids: readonly string[],
  act: (id: string) => ReturnType<Steps['inOrder']>,
  steps: Steps,
): Promise<Result> {
  const tally: Tally = {
    done: 0,
    doneBefore: 0,
    failed: [],
    unknown: [],
    remaining: [],
    waitSeconds: 0,
    errors: new Map(),
  };
  const waiting = [...ids];
  /** Of those that failed, who was not reached at all and can have another turn once an outage is over. */
  const unsent: string[] = [];
  let stopped: CallError | undefined;
  let suspiciousInARow = 0;
  const settled = () => tally.done + tally.failed.length + tally.unknown.length;

  function fail(id: string, error: CallError): void {
    const { failure } = error;
    suspiciousInARow = isSuspicious(failure) ? suspiciousInARow + 1 : 0;
    if (wasNotReached(failure)) {
      tally.waitSeconds = Math.max(tally.waitSeconds, failure.retry_after_s ?? 0);
      if (suspiciousInARow >= mostInARow || isLongPause(failure)) stopped ??= error;
      return void tally.remaining.push(id);
    }
    if (concernsEverybody(failure) && failure.performed === 'no') {
      stopped ??= error;
      return void tally.remaining.push(id);
    }
    if (suspiciousInARow >= mostInARow) stopped ??= error;
    if (failure.performed === 'no' && failure.retryable) unsent.push(id);
    // What happened now tells more than that it was not tried again.
    if ((tally.errors.get(failure.kind)?.source ?? 'client') === 'client') tally.errors.set(failure.kind, failure);
    if (failure.performed === 'unknown' && !failure.retryable) tally.unknown.push(id);
    else tally.failed.push({ subscriber_id: id, error: failure.kind });
  }

  async function work(): Promise<void> {
    while (stopped === undefined && steps.timeLeft() > reservedShare) {
      const id = waiting.shift();
      if (id === undefined) return;
      try {
        if ((await act(id)) === 'done before') tally.doneBefore += 1;
        tally.done += 1;
        suspiciousInARow = 0;
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        fail(id, error);
      }
      const trouble = tally.failed.length + tally.unknown.length;
      steps.progress(
        settled(),
        ids.length,
        `${tally.done} done${trouble === 0 ? '' : `, ${trouble} failed or unknown`}`,
      );
    }
  }

  steps.progress(0, ids.length, 'begun');
  await Promise.all(Array.from({ length: inFlight }, work));
  if (stopped !== undefined) {
    tally.remaining.push(...unsent);
    tally.failed = tally.failed.filter(({ subscriber_id: id }) => !unsent.includes(id));
    if (settled() === 0) throw stopped;
  }
  const { errors, remaining, ...counted } = tally;
  const left = remaining.length + waiting.length;
  const warnings = [
    ...(tally.doneBefore > 0 ? [doneBeforeText(tally.doneBefore)] : []),
    ...(left > 0 && stopped === undefined ? [remainingText(tally.waitSeconds)] : []),
  ];
  const order = new Map(ids.map((id, index) => [id, index]));
  const asGiven = (a: string, b: string): number => (order.get(a) ?? 0) - (order.get(b) ?? 0);
  const failedOf = (kind: Failure['kind']): string[] =>
    counted.failed.filter(({ error }) => error === kind).map(({ subscriber_id: id }) => id);
  return {
    done: counted.done,
    failed: [...new Set(counted.failed.map(({ error }) => error))].map((error) => ({
      error,
      subscriber_ids: failedOf(error).toSorted(asGiven),
    })),
    unknown: counted.unknown.toSorted(asGiven),
    remaining: [...remaining, ...waiting].toSorted(asGiven),
    ...(errors.size > 0 && {
      errors: [...errors.values()].map(({ kind, message, hint }) => ({ kind, message, hint })),
    }),
    ...(tally.waitSeconds > 0 && { retry_after_s: tally.waitSeconds }),
    ...(warnings.length > 0 && { warnings }),
    ...(stopped !== undefined && {
      stopped: `${stopped.failure.kind}: ${reasonIn(stopped.failure)}. ${stopped.failure.hint}`,
    }),
  };
}

export const forEachSubscriber = workflow({
  name: 'manychat_for_each_subscriber',
  title: 'Do one thing for many subscribers',
  description:
    'Adds or removes an existing tag, sets custom fields or sends, the same for each of up to 1,000 contacts; for one contact use its own tool. remaining: mend the cause in stopped, then call again with only these. failed: causes in errors. unknown: may have been reached, never send to them again.',
  api: 'manychat',
  effect: 'send',
  purposes: ['act_on_many'],
  forMany: true,
  verifyWith: ['manychat_get_subscriber'],
  input: z
    .strictObject({
      subscriber_ids: z
        .array(subscriberId)
        .min(1, { error: 'needs at least one id' })
        .max(mostSubscribers, { error: `takes ${mostSubscribers} ids at the most; make several calls` })
        .describe('Contact ids'),
      ...actionInput,
    })
    .check(actionProblems),
  output: { schema: output },
  repair: repairSend,
  capabilities: actionCapabilities,
  question: (input, naming) => actionQuestion(input, naming.contacts(input.subscriber_ids), naming),
  warnings(input) {
    const repeated = input.subscriber_ids.length - new Set(input.subscriber_ids.map(String)).size;
    return [
      ...actionWarnings(input),
      ...(repeated === 0 ? [] : [`${repeated} of the ids repeat others: each contact has one turn.`]),
      ...(input.action === 'send_flow'
        ? ['Of a flow, done means that ManyChat accepted it, not whom it reached.']
        : []),
    ];
  },
  example: { subscriber_ids: ['24958501110451908', '123456789'], action: 'add_tag', tag_name: 'VIP' },
  run({ subscriber_ids, ...action }, steps) {
    const ids = new Map(subscriber_ids.map((id) => [String(id), id]));
    const act = (id: string) =>
      steps.inOrder(stepsOf(action, ids.get(id)).map((step) => ({ ...step, oneOfMany: true })));
    return forEach([...ids.keys()], act, steps);
  },
});
