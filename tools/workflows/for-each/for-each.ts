import * as z from 'zod';
import { CallError, kinds } from '../../contract/failure.js';
import type { Result } from '../../contract/json.js';
import { type Steps, workflow } from '../../contract/workflow.js';
import {
  type ActionDone,
  actionCapabilities,
  actionQuestion,
  actionWarnings,
  performAction,
  repairAction,
  sentBy,
} from './action.js';
import { readContacts } from './read-contacts.js';
import { runMany } from './run-many.js';
import { concernsAll, isLongPause } from './stop-rules.js';
import { createTally } from './tally.js';
import {
  actionIn,
  checkJob,
  fieldsIn,
  hasOwnValues,
  type JobArguments,
  jobArguments,
  listedIn,
  mapJobNames,
  onlyFor,
  targetsIn,
} from './targets.js';

/** Enough to make ten requests a second that take up to one second each. */
const maxInFlight = 10;

/** The share of the call's time that is kept for the contacts in flight: no further contact starts in it. */
const reservedShare = 0.2;

const ids = z.array(z.string());

const output = z.looseObject({
  accepted: z.int().optional(),
  done: z.int().optional(),
  failed: z.array(z.looseObject({ error: z.enum(kinds), subscriber_ids: ids })),
  unknown: ids,
  remaining: z.int(),
  resume: z.string().optional(),
  next_index: z.int().optional(),
  skipped: ids.optional(),
  channels: z.looseObject({}).optional().describe('How many were done on each, if the channel was auto'),
  contacts: z
    .array(
      z.looseObject({
        subscriber_id: z.string(),
        name: z.string().optional(),
        last_interaction: z.string().optional(),
        chat_link: z.string().optional(),
      }),
    )
    .optional(),
  errors: z.array(z.looseObject({ kind: z.enum(kinds), message: z.string(), hint: z.string() })).optional(),
  stopped: z.string().optional(),
  retry_after_s: z.int().optional(),
  warnings: z.array(z.string()).optional(),
});

async function forEach(input: JobArguments, steps: Steps): Promise<Result> {
  const { turns } = steps;
  const targets = targetsIn(input);
  const ownValues = hasOwnValues(input);
  const sends = sentIn(input) !== undefined;
  const tally = createTally(listedIn(input), { turns, sends, ownValues });

  async function turnOf(id: string): Promise<ActionDone | CallError> {
    const target = targets.get(id);
    if (target === undefined) throw new Error('there is a target for each contact');
    try {
      await turns.begin(id);
      return await performAction(target.action, target.subscriber_id, steps);
    } catch (error) {
      if (error instanceof CallError) return error;
      throw error;
    }
  }

  steps.progress(tally.settledCount(), targets.size, 'started');
  const stoppedBy = await runMany({
    items: [...targets.keys()].filter((id) => !turns.outcomes.has(id)),
    maxInFlight,
    mayStart: () => steps.timeLeft() > reservedShare,
    perform: turnOf,
    failureOf: (outcome) => (outcome instanceof CallError ? outcome.failure : undefined),
    async record(id, outcome) {
      await turns.record(id, tally.add(id, outcome instanceof CallError ? outcome.failure : outcome));
      steps.progress(tally.settledCount(), targets.size, tally.progressText());
    },
    stopsAlone: (failure) => failure.performed === 'no' && (isLongPause(failure) || concernsAll(failure, ownValues)),
  });
  const error = stoppedBy instanceof CallError ? stoppedBy : undefined;
  if (error !== undefined) for (const id of tally.takeBack()) await turns.record(id, undefined);
  if (error !== undefined && tally.isUntouched()) throw error;
  const isOver = tally.settledCount() === targets.size;
  const contacts = isOver && error === undefined ? await readContacts(tally.problems(), steps) : [];
  return { ...tally.result(error?.failure), ...(contacts.length > 0 && { contacts }) };
}

const sentIn = ({ action }: JobArguments) => (action === undefined ? undefined : sentBy({ action }));

/** The warnings about the texts of contacts, each once. */
const textWarnings = (input: JobArguments): string[] =>
  hasOwnValues(input)
    ? [...new Set([...targetsIn(input).values()].flatMap(({ action }) => actionWarnings(action)))]
    : actionWarnings(actionIn(input));

export const forEachSubscriber = workflow({
  name: 'manychat_for_each_subscriber',
  title: 'Do one thing for many subscribers',
  description:
    'Adds or removes an existing tag, sets custom fields or sends, for up to 1,000 contacts with known ids: the API lists no contacts, nor by tag. For one, use the tool for it. If contacts remain: fix what stopped says, then call with only resume; if that is lost, with skipped and the ids from next_index on. Never send again to unknown: they may have been reached.',
  api: 'manychat',
  effect: 'send',
  purposes: ['act_on_many'],
  verifyWith: ['manychat_get_subscriber'],
  view: 'message-preview',
  input: jobArguments.check(checkJob),
  output: { schema: output },
  repair: repairAction,
  mapNames: mapJobNames,
  capabilities: (args) => actionCapabilities({ ...args, fields: fieldsIn(args) }),
  question(input, naming) {
    const whom = naming.contacts(listedIn(input));
    const action = actionIn(input);
    return actionQuestion(action, hasOwnValues(input) ? `${whom}, each with own values` : whom, naming);
  },
  warnings(input) {
    if (input.action === undefined) return [];
    const listed = listedIn(input);
    const repeated = listed.length - new Set(listed).size;
    return [
      ...textWarnings(input),
      ...(repeated === 0 ? [] : [`${repeated} ids are repeated: each contact is processed once.`]),
    ];
  },
  job: {
    handleIn: ({ resume }) => resume?.trim(),
    contactsIn: (input) => [...new Set(listedIn(input))],
    onlyFor,
    sends: sentIn,
  },
  example: { subscriber_ids: ['24958501110451908', '123456789'], action: 'add_tag', tag_name: 'VIP' },
  run: forEach,
});
