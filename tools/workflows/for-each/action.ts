import * as z from 'zod';
import type { Capability } from '../../contract/capabilities.js';
import type { Repaired } from '../../contract/endpoint.js';
import { asObject, type Result } from '../../contract/json.js';
import { clipped, idText, quoted } from '../../contract/quoted.js';
import { type MapNames, type Naming, namesInRecord, oneName } from '../../contract/reference.js';
import { type InOrder, type Step, type Steps, workflow } from '../../contract/workflow.js';
import { setCustomFields } from '../../endpoints/fields.js';
import { sendContent, sendFlow } from '../../endpoints/sending.js';
import { addTagToSubscriberByName, removeTagFromSubscriberByName } from '../../endpoints/tags.js';
import { contentCapabilities, mapContentNames } from '../../message/actions.js';
import { contentWarnings, placeholderInMessages } from '../../message/channel-rules.js';
import type { Channel } from '../../message/channels.js';
import { messageDataBrief } from '../../message/message-data.js';
import { contentOf, plainMessage, plainMessageProblems } from '../../message/plain-message.js';
import { repairMessage } from '../../message/repair.js';
import { fieldRecord, flowNs, maxFields, subscriberId, tagName } from '../../values/inputs.js';
import { addIssue } from '../../values/issues.js';
import { okResult } from '../../values/outputs.js';
import { asPlainObject } from '../../values/reading/client-form.js';
import { sendByChannel } from '../sending/send-by-channel.js';

/** What can be done for each of many contacts. */
const actionNames = ['add_tag', 'remove_tag', 'set_fields', 'send_text', 'send_content', 'send_flow'] as const;

type ActionName = (typeof actionNames)[number];

/** The arguments of each action. */
const argumentsOf: Readonly<
  Record<ActionName, { readonly required: readonly string[]; readonly optional: readonly string[] }>
> = {
  add_tag: { required: ['tag_name'], optional: [] },
  remove_tag: { required: ['tag_name'], optional: [] },
  set_fields: { required: ['fields'], optional: [] },
  send_text: { required: ['text'], optional: ['channel'] },
  send_content: { required: ['data'], optional: [] },
  send_flow: { required: ['flow_ns'], optional: ['fields'] },
};

/** An action and its arguments, side by side: many clients do not support unions. */
export const actionInput = {
  action: z.enum(actionNames).describe('Takes tag_name, fields, text, data, or flow_ns (fields optional)'),
  tag_name: tagName.optional(),
  fields: fieldRecord.optional(),
  text: plainMessage.text.optional(),
  channel: plainMessage.channel.unwrap().optional().describe('Of text; default auto, found for each contact'),
  data: messageDataBrief.optional(),
  flow_ns: flowNs.optional(),
};

/** A checked action with its arguments. */
export type SubscriberAction = z.output<z.ZodObject<typeof actionInput>>;

/** What is wrong with an action: missing arguments, those of another action, and words that only flows fill in. */
export function* problemsIn(
  action: SubscriberAction,
): Generator<{ path: readonly (string | number)[]; problem: string }> {
  const { required, optional } = argumentsOf[action.action];
  for (const name of required) {
    if (!(name in action)) yield { path: [name], problem: `is required for ${action.action}` };
  }
  for (const name of new Set(Object.values(argumentsOf).flatMap((each) => [...each.required, ...each.optional]))) {
    if (name in action && !required.includes(name) && !optional.includes(name)) {
      const problem = `does not belong to ${action.action}, which takes ${[...required, ...optional].join(' and ')}`;
      yield { path: [name], problem };
    }
  }
  const placeholder = action.data && placeholderInMessages(action.data.content);
  if (placeholder !== undefined)
    yield { path: ['data'], problem: `contains ${clipped(placeholder)}, which only flows fill in` };
  if (action.text !== undefined) yield* plainMessageProblems(plainOf(action));
}

/** Adds an issue for each problem of an action. */
function actionProblems(context: z.core.ParsePayload<SubscriberAction>): void {
  for (const { path, problem } of problemsIn(context.value)) addIssue(context, path, problem);
}

const plainOf = ({ text: words = '', channel = 'auto' }: SubscriberAction) => ({ text: words, channel });

/** What could go wrong although the action is valid according to ManyChat's documentation. */
export function actionWarnings(action: SubscriberAction): string[] {
  if (action.text !== undefined) return contentWarnings(contentOf(plainOf(action)));
  return action.data === undefined ? [] : contentWarnings(action.data.content);
}

const repairData = repairMessage({ data: messageDataBrief });

/** Actions that reach nobody: a channel says nothing about them. */
const silent: readonly unknown[] = ['add_tag', 'remove_tag', 'set_fields'] satisfies readonly ActionName[];

/** Corrects mistakes in the `data` of an action, and leaves out a channel where nothing is sent. */
export function repairAction(input: unknown): Repaired {
  const { channel, ...rest } = asObject(input);
  if (channel === undefined || !silent.includes(rest.action)) return repairData(input);
  const { warnings, ...repaired } = repairData(rest);
  return { ...repaired, warnings: [`The channel was ignored: ${String(rest.action)} sends nothing.`, ...warnings] };
}

/** What an action sends to its contact. */
export const sentBy = ({ action }: Pick<SubscriberAction, 'action'>): 'messages' | 'flows' | undefined =>
  silent.includes(action) ? undefined : action === 'send_flow' ? 'flows' : 'messages';

/** The capabilities that each action uses, by its arguments. */
const capabilitiesOf: Readonly<Record<ActionName, (args: Result) => readonly Capability[]>> = {
  add_tag: () => ['add_tag'],
  remove_tag: () => ['remove_tag'],
  set_fields: () => ['set_field'],
  send_text: () => ['send_text'],
  send_content: ({ data }) => ['send_content', ...contentCapabilities(data)],
  send_flow: ({ fields }) => ['start_flow', ...(fields === undefined ? [] : (['set_field'] as const))],
};

/** The capabilities that an action uses. Its arguments may be unchecked, and may contain placeholders. */
export function actionCapabilities(args: Result): readonly Capability[] {
  const action = actionNames.find((name) => name === args.action);
  return action === undefined ? [] : capabilitiesOf[action](asObject(repairAction(args).input));
}

/** For an action that names tags or fields. */
export const mapActionNames: MapNames<SubscriberAction> = (action, change) => ({
  ...action,
  ...oneName('tag', 'tag_name')({ tag_name: action.tag_name }, change),
  ...namesInRecord({ fields: action.fields }, change),
  ...(action.data !== undefined && mapContentNames({ data: action.data }, change)),
});

/** The question for a user who has to confirm the action. */
export function actionQuestion(
  { action, tag_name, flow_ns, fields }: SubscriberAction,
  whom: string,
  { flow, named }: Naming,
): string {
  switch (action) {
    case 'add_tag':
      return `Add ${named({ kind: 'tag', name: String(tag_name) })} to ${whom}`;
    case 'remove_tag':
      return `Remove ${named({ kind: 'tag', name: String(tag_name) })} from ${whom}`;
    case 'set_fields':
      return `Set these fields of ${whom}`;
    case 'send_text':
      return `Send this text to ${whom}`;
    case 'send_content':
      return `Send this content to ${whom}`;
    case 'send_flow':
      return fields === undefined
        ? `Start ${flow(flow_ns)} for ${whom}`
        : `Set these fields of ${whom} and start ${flow(flow_ns)}`;
  }
}

/** The steps that set fields of one contact, in batches of the size that ManyChat accepts. */
export function stepsToSet(subscriber_id: unknown, fields: SubscriberAction['fields'] = {}): Step[] {
  const settings = Object.entries(fields).map(([field_name, field_value]) => ({ field_name, field_value }));
  const batches = Array.from({ length: Math.ceil(settings.length / maxFields) }, (_, index) =>
    settings.slice(index * maxFields, (index + 1) * maxFields),
  );
  return batches.map((batch) => ({
    what: `set ${batch.map(({ field_name }) => quoted(field_name)).join(', ')}`,
    endpoint: setCustomFields,
    input: { subscriber_id, fields: batch },
  }));
}

/** The step that starts a flow for one contact, after its fields were set. */
export const stepToStart = (subscriber_id: unknown, flow_ns: unknown, fields: SubscriberAction['fields']): Step => ({
  what: `start flow ${idText(flow_ns)}`,
  endpoint: sendFlow,
  input: { subscriber_id, flow_ns },
  fields,
});

/** The steps of an action for one contact. */
function stepsOf(action: SubscriberAction, subscriber_id: unknown): Step[] {
  const { tag_name } = action;
  const oneStep = (what: string, endpoint: Step['endpoint'], rest: Result): Step[] => [
    { what, endpoint, input: { subscriber_id, ...rest } },
  ];
  switch (action.action) {
    case 'add_tag':
      return oneStep(`add tag ${quoted(tag_name)}`, addTagToSubscriberByName, { tag_name });
    case 'remove_tag':
      return oneStep(`remove tag ${quoted(tag_name)}`, removeTagFromSubscriberByName, { tag_name });
    case 'set_fields':
      return stepsToSet(subscriber_id, action.fields);
    case 'send_text':
      return oneStep('send the text', sendContent, { data: { version: 'v2', content: contentOf(plainOf(action)) } });
    case 'send_content':
      return oneStep('send the content', sendContent, { data: action.data });
    case 'send_flow':
      return [...stepsToSet(subscriber_id, action.fields), stepToStart(subscriber_id, action.flow_ns, action.fields)];
  }
}

/** What came of an action for one contact. */
export interface ActionDone {
  readonly outcome: InOrder['outcome'];
  /** The channel of a message for which it was found. */
  readonly channel?: Channel | undefined;
}

/**
 * Performs an action for one of many contacts.
 * @throws CallError
 */
export async function performAction(
  action: SubscriberAction,
  subscriber_id: unknown,
  steps: Steps,
): Promise<ActionDone> {
  const message = plainOf(action);
  if (action.action === 'send_text' && message.channel === 'auto') {
    return sendByChannel(subscriber_id, message, true, steps);
  }
  return steps.inOrder(stepsOf(action, subscriber_id).map((step) => ({ ...step, quiet: true })));
}

/** An action for one contact, called by `bulk` for each row. Not offered to clients, which have a tool for each action. */
export const actOnSubscriber = workflow({
  name: 'manychat_act_on_subscriber',
  title: 'Act on subscriber',
  description: 'Performs one action for one contact.',
  api: 'manychat',
  effect: 'send',
  verifyWith: ['manychat_get_subscriber'],
  input: z
    .strictObject({ subscriber_id: subscriberId, ...actionInput, fields: fieldRecord.meta(asPlainObject).optional() })
    .check(actionProblems),
  output: okResult,
  repair: repairAction,
  mapNames: mapActionNames,
  capabilities: actionCapabilities,
  example: { subscriber_id: '123456789', action: 'add_tag', tag_name: 'VIP' },
  async run({ subscriber_id, ...action }, steps) {
    const { channel } = await performAction(action, subscriber_id, steps);
    return { ok: true, ...(channel !== undefined && { channel }) };
  },
});
