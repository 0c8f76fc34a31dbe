import * as z from 'zod';
import { type CallError, failureLine, kinds, reasonIn } from '../../contract/failure.js';
import { asObject, type Result, toList } from '../../contract/json.js';
import { clipped } from '../../contract/quoted.js';
import { type Steps, type Workflow, workflow } from '../../contract/workflow.js';
import { listOtnTopics } from '../../endpoints/page.js';
import { getSubscriber } from '../../endpoints/subscribers.js';
import { recordedChannels } from '../../message/window.js';
import { subscriberId } from '../../values/inputs.js';
import { readMany } from '../for-each/read-many.js';
import { needsTopics, outlookOf, unknownsOf, type Way, waysText } from './outlook.js';

/** Contacts per call: a model has to read the result. */
const maxContacts = 50;

const text = z.string();
const args = z.array(z.looseObject({}));
const contactStatus = z.looseObject({
  subscriber_id: text,
  name: text.optional(),
  plain_message_now: z.enum(['yes', 'no', 'unknown']),
  until: text.optional(),
  closed_since: text.optional(),
  why: text.optional(),
  with: args.optional().describe('Arguments of manychat_send_text, the likelier first'),
  instead: z.array(text).optional().describe('Explained in ways'),
  channels: z.array(text).optional(),
  opt_ins: z.array(text).optional(),
});
const output = z.looseObject({
  contacts: z.array(contactStatus),
  ways: z.record(text, z.looseObject({ tool: text.optional(), arguments: args.optional(), note: text })).optional(),
  not_known: z.array(text).optional(),
  unreadable: z.array(z.looseObject({ error: z.enum(kinds), message: text, subscriber_ids: z.array(text) })).optional(),
  not_asked: z.array(text).optional(),
  stopped: text.optional(),
  retry_after_s: z.int().optional(),
  warnings: z.array(text).optional(),
});

/** Failures that say something about the contact. */
const aboutContact: ReadonlySet<string> = new Set(['not_found', 'invalid_input', 'rejected', 'subscriber_inactive']);

/** The opt-ins of a contact. */
const optIns = ({ optin_phone, optin_email, optin_whatsapp }: Result): string[] =>
  Object.entries({ sms: optin_phone, email: optin_email, whatsapp: optin_whatsapp }).flatMap(([name, isGiven]) =>
    isGiven === true ? [name] : [],
  );

/** Characters of a name. */
const maxName = 60;

function statusOf(id: string, contact: Result, now: number, hasTopics: boolean): Result {
  const [channels, given] = [recordedChannels(contact), optIns(contact)];
  return {
    subscriber_id: id,
    ...(typeof contact.name === 'string' && { name: clipped(contact.name, maxName) }),
    ...outlookOf(contact, now, hasTopics),
    ...(channels.length > 0 && { channels }),
    ...(given.length > 0 && { opt_ins: given }),
  };
}

/** The contacts that could not be read, by reason. */
function unreadableIn(failures: ReadonlyMap<string, CallError>): Result[] {
  const groups = new Map<string, { readonly error: string; readonly message: string; subscriber_ids: string[] }>();
  for (const [id, { failure }] of failures) {
    if (!aboutContact.has(failure.kind)) continue;
    const { kind: error, message } = failure;
    const group = groups.get(`${error} ${message}`) ?? { error, message: clipped(message, 200), subscriber_ids: [] };
    group.subscriber_ids.push(id);
    groups.set(`${error} ${message}`, group);
  }
  return [...groups.values()];
}

/** The account's one-time-notification topics. */
interface Topics {
  readonly names: readonly string[];
  /** Why they could not be read. */
  readonly warnings?: readonly string[];
}

async function readTopics({ call }: Steps): Promise<Topics> {
  const { otn_topics: topics, unread } = await call({
    what: 'read the topics',
    endpoint: listOtnTopics,
    input: {},
    quiet: true,
    recover: (failure) => ({ unread: reasonIn(failure) }),
  });
  if (unread !== undefined)
    return { names: [], warnings: [`The one-time-notification topics could not be read: ${String(unread)}.`] };
  return { names: (toList(topics) ?? []).flatMap((topic) => asObject(topic).name ?? []).map(String) };
}

/** What says why contacts were not asked for. */
function leftOver(left: readonly string[], error: CallError | undefined): Result {
  if (left.length === 0) return {};
  const failure = error !== undefined && !aboutContact.has(error.failure.kind) ? error.failure : undefined;
  return {
    not_asked: left,
    stopped:
      failure === undefined
        ? 'The time of this call was up: call again with only those in not_asked.'
        : failureLine(failure),
    ...(failure?.retry_after_s !== undefined && { retry_after_s: failure.retry_after_s }),
  };
}

async function statusOfAll(ids: readonly string[], steps: Steps, readsTopics: boolean): Promise<Result> {
  const oneOfMany = ids.length > 1;
  const read = async (subscriber_id: string): Promise<Result> => {
    const { subscriber } = await steps.call({
      what: 'read the contact',
      endpoint: getSubscriber,
      input: { subscriber_id },
      quiet: oneOfMany,
    });
    return asObject(subscriber);
  };
  const { answers, failures, error } = await readMany(ids, read, steps);
  const unreadable = unreadableIn(failures);
  if (error !== undefined && answers.size === 0 && (!oneOfMany || unreadable.length === 0)) throw error;
  const now = steps.now();
  const contacts = [...answers.values()];
  const asksForTopics = readsTopics && contacts.some((contact) => needsTopics(contact, now));
  const { names: topics, warnings }: Topics = asksForTopics ? await readTopics(steps) : { names: [] };
  const found = ids.filter((id) => answers.has(id));
  const statuses = found.map((id) => statusOf(id, answers.get(id) ?? {}, now, topics.length > 0));
  const ways = new Set<Way>(contacts.flatMap((contact) => outlookOf(contact, now, topics.length > 0).instead ?? []));
  const left = ids.filter((id) => {
    const failed = failures.get(id);
    return failed === undefined ? !answers.has(id) : !aboutContact.has(failed.failure.kind);
  });
  return {
    contacts: statuses,
    ...(ways.size > 0 && { ways: waysText(ways, topics) }),
    ...(contacts.length > 0 && { not_known: unknownsOf(contacts, ways) }),
    ...(unreadable.length > 0 && { unreadable }),
    ...leftOver(left, error),
    ...(warnings !== undefined && { warnings }),
  };
}

const input = z
  .strictObject({
    subscriber_id: subscriberId.optional(),
    subscriber_ids: z
      .array(subscriberId)
      .min(1)
      .max(maxContacts, { error: `takes at most ${maxContacts} ids; make several calls` })
      .optional()
      .describe('Instead of subscriber_id: up to 50'),
  })
  .refine(({ subscriber_id: one, subscriber_ids: many }) => (one === undefined) !== (many === undefined), {
    message: 'give exactly one of subscriber_id and subscriber_ids',
  });

/** The tool; for this program itself, without the topics of the account. */
const statusTool = (readsTopics: boolean): Workflow =>
  workflow({
    name: 'manychat_get_messaging_status',
    title: 'Get messaging status',
    description:
      'Says whether contacts can get a plain message now, and when their 24-hour window ends; with the arguments to send with or what to do instead. Also channels on record, opt-ins and what ManyChat does not reveal. Call it before important sends.',
    api: 'manychat',
    effect: 'read',
    input,
    output: { schema: output },
    example: { subscriber_ids: ['24958501110451908', '24958501110460017'] },
    run({ subscriber_id: one, subscriber_ids: many = one === undefined ? [] : [one] }, steps) {
      return statusOfAll([...new Set(many.map(String))], steps, readsTopics);
    },
  });

export const getMessagingStatus = statusTool(true);

/** What `bulk` shows of a contact. */
export const readMessagingStatus = statusTool(false);
