import * as z from 'zod';
import { CallError, kinds } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { type Steps, workflow } from '../../contract/workflow.js';
import type { Channel } from '../../message/channels.js';
import { subscriberId } from '../../values/inputs.js';
import {
  type ActionDone,
  actionCapabilities,
  actionInput,
  actionProblems,
  actionQuestion,
  actionWarnings,
  mapActionNames,
  performAction,
  repairAction,
} from './action.js';
import { runMany } from './run-many.js';
import { concernsAll, isLongPause } from './stop-rules.js';
import { createTally } from './tally.js';

/** Contacts per call: a client has to hold the result. */
const maxSubscribers = 1_000;

/** Enough to make ten requests a second that take up to one second each. */
const maxInFlight = 10;

/** The share of the call's time that is kept for the contacts in flight: no further contact starts in it. */
const reservedShare = 0.2;

const output = z.looseObject({
  done: z.int(),
  failed: z.array(z.looseObject({ error: z.enum(kinds), subscriber_ids: z.array(z.string()) })),
  unknown: z.array(z.string()),
  remaining: z.array(z.string()),
  channels: z.looseObject({}).optional().describe('How many were done on each, if the channel was auto'),
  errors: z.array(z.looseObject({ kind: z.enum(kinds), message: z.string(), hint: z.string() })).optional(),
  stopped: z.string().optional(),
  retry_after_s: z.int().optional(),
  warnings: z.array(z.string()).optional(),
});

async function forEach(
  ids: readonly string[],
  perform: (id: string) => Promise<ActionDone>,
  steps: Steps,
): Promise<Result> {
  const tally = createTally(ids);
  const reached: Partial<Record<Channel, number>> = {};
  steps.progress(0, ids.length, 'started');
  const stoppedBy = await runMany({
    items: ids,
    maxInFlight,
    mayStart: () => steps.timeLeft() > reservedShare,
    perform: (id) => outcomeOf(perform(id)),
    failureOf: (outcome) => (outcome instanceof CallError ? outcome.failure : undefined),
    record(id, outcome) {
      tally.add(id, outcome instanceof CallError ? outcome.failure : outcome.outcome);
      if (!(outcome instanceof CallError) && outcome.channel !== undefined) {
        reached[outcome.channel] = (reached[outcome.channel] ?? 0) + 1;
      }
      steps.progress(tally.settledCount(), ids.length, tally.progressText());
    },
    stopsAlone: (failure) => failure.performed === 'no' && (isLongPause(failure) || concernsAll(failure)),
  });
  const error = stoppedBy instanceof CallError ? stoppedBy : undefined;
  const result = tally.result(error?.failure);
  if (error !== undefined && result.remaining.length === ids.length) throw error;
  return Object.keys(reached).length === 0 ? result : { ...result, channels: reached };
}

async function outcomeOf<Done>(call: Promise<Done>): Promise<Done | CallError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
}

export const forEachSubscriber = workflow({
  name: 'manychat_for_each_subscriber',
  title: 'Do one thing for many subscribers',
  description:
    'Adds or removes an existing tag, sets custom fields or sends, the same for each of up to 1,000 contacts; for one contact use the tool for that action. Their ids must be known: the API lists no contacts, nor by tag. remaining: fix the cause in stopped, then call again with only these. failed: see errors. unknown: may have been reached, never send to them again.',
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
        .max(maxSubscribers, { error: `takes at most ${maxSubscribers} ids; make several calls` })
        .describe('Contact ids'),
      ...actionInput,
    })
    .check(actionProblems),
  output: { schema: output },
  repair: repairAction,
  mapNames: mapActionNames,
  capabilities: actionCapabilities,
  question: (input, naming) => actionQuestion(input, naming.contacts(input.subscriber_ids), naming),
  warnings(input) {
    const repeated = input.subscriber_ids.length - new Set(input.subscriber_ids.map(String)).size;
    return [
      ...actionWarnings(input),
      ...(repeated === 0 ? [] : [`${repeated} ids are repeated: each contact is processed once.`]),
      ...(input.action === 'send_flow'
        ? ['For a flow, done means that ManyChat accepted it, not that its messages arrived.']
        : []),
    ];
  },
  example: { subscriber_ids: ['24958501110451908', '123456789'], action: 'add_tag', tag_name: 'VIP' },
  run({ subscriber_ids, ...action }, steps) {
    const ids = new Map(subscriber_ids.map((id) => [String(id), id]));
    const perform = (id: string) => performAction(action, ids.get(id), steps);
    return forEach([...ids.keys()], perform, steps);
  },
});
