import * as z from 'zod';
import { asObject, type Result, toList } from '../../contract/json.js';
import { idText } from '../../contract/quoted.js';
import { type MapNames, namesInRecord } from '../../contract/reference.js';
import { fieldRecord, filledText, subscriberId } from '../../values/inputs.js';
import { addIssue } from '../../values/issues.js';
import { actionInput, mapActionNames, problemsIn, type SubscriberAction } from './action.js';

/** Contacts of a job: a client has to hold the result. */
const maxSubscribers = 1_000;

/** The values that each contact can have for itself. */
const ownValues = { text: filledText.optional(), fields: fieldRecord.optional() };
const ownNames = ['text', 'fields'] as const satisfies readonly (keyof typeof ownValues)[];

const jobShape = {
  subscriber_ids: z
    .array(subscriberId)
    .min(1, { error: 'needs at least one id' })
    .max(maxSubscribers, { error: `takes at most ${maxSubscribers} ids; make several calls` })
    .optional()
    .describe('Contact ids'),
  ...actionInput,
  action: actionInput.action.optional(),
  items: z
    .array(z.strictObject({ subscriber_id: subscriberId, ...ownValues }))
    .min(1, { error: 'needs at least one item' })
    .max(maxSubscribers, { error: `takes at most ${maxSubscribers} items; make several calls` })
    .optional()
    .describe('Instead of subscriber_ids: each with its own text or fields'),
  resume: z.string().optional().describe('From a result; alone'),
};

/** Contacts and what is done for each, or the handle of a job that has both. */
export const jobArguments = z.strictObject(jobShape);

/** The arguments of a job. */
export type JobArguments = z.output<typeof jobArguments>;

type Item = NonNullable<JobArguments['items']>[number];

/** One contact of a job, and what is done for it. */
export interface Target {
  readonly subscriber_id: string | number;
  readonly action: SubscriberAction;
}

/** The contacts in the order of the arguments; one can occur several times. */
export const listedIn = ({ subscriber_ids: ids, items }: JobArguments): string[] =>
  (ids ?? items?.map(({ subscriber_id: id }) => id) ?? []).map(String);

/** Whether each contact has values of its own. */
export const hasOwnValues = ({ items = [] }: JobArguments): boolean =>
  items.some((item) => ownNames.some((name) => name in item));

/** The action of a job, without what contacts have of their own. */
export function actionIn({
  subscriber_ids: _,
  items: __,
  resume: ___,
  action,
  ...rest
}: JobArguments): SubscriberAction {
  if (action === undefined) throw new Error('checked arguments have an action');
  return { action, ...rest };
}

/** The contacts, each once, with what is done for it. */
export function targetsIn(input: JobArguments): Map<string, Target> {
  const action = actionIn(input);
  const items: readonly Item[] = input.items ?? input.subscriber_ids?.map((id) => ({ subscriber_id: id })) ?? [];
  return new Map(
    items.map(({ subscriber_id, ...own }) => [String(subscriber_id), { subscriber_id, action: { ...action, ...own } }]),
  );
}

/** The arguments for some of the contacts. */
export function onlyFor(input: JobArguments, keep: (contact: string) => boolean): Result {
  const { subscriber_ids: ids, items } = input;
  return {
    ...input,
    ...(ids !== undefined && { subscriber_ids: ids.filter((id) => keep(String(id))) }),
    ...(items !== undefined && { items: items.filter(({ subscriber_id: id }) => keep(String(id))) }),
  };
}

/** For the names in the arguments of a job. */
export const mapJobNames: MapNames<JobArguments> = (input, change) => {
  const { action, items, ...rest } = input;
  const named = action === undefined ? rest : mapActionNames({ action, ...rest }, change);
  return items === undefined
    ? named
    : { ...named, items: items.map((item) => ({ ...item, ...namesInRecord({ fields: item.fields }, change) })) };
};

/** The fields that a job sets, if it sets any; its arguments may be unchecked. */
export const fieldsIn = ({ fields, items }: Result): unknown =>
  fields ?? (toList(items) ?? []).map((item) => asObject(item).fields).find((own) => own !== undefined);

type Payload = z.core.ParsePayload<JobArguments>;

/** The most problems of items that are reported at once. */
const maxProblems = 12;

/** Values can be the same for all contacts or each contact's own, not both. */
function checkPlaces(context: Payload, items: readonly Item[]): boolean {
  const { issues, value } = context;
  const before = issues.length;
  for (const name of ownNames) {
    const missing = items.findIndex((item) => !(name in item));
    if (items.every((item) => !(name in item))) continue;
    if (name in value) addIssue(context, [name], 'is also in items: give it there, or here for all contacts');
    else if (missing >= 0) addIssue(context, ['items', missing, name], 'is missing, and other items have it');
  }
  return issues.length === before;
}

const valuesText = ({ text, fields = {} }: Item): string =>
  JSON.stringify([text, Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1))]);

/** A contact that is listed twice has the same values both times: which of two it is to get would be a guess. */
function checkRepeated(context: Payload, items: readonly Item[]): void {
  const first = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const id = String(item.subscriber_id);
    const earlier = first.get(id) ?? index;
    const other = items[earlier];
    first.set(id, earlier);
    if (other === undefined || valuesText(other) === valuesText(item)) continue;
    addIssue(
      context,
      ['items', index],
      `contact ${idText(id)} has other values in items[${earlier}]: give each contact once`,
    );
    return;
  }
}

/** Adds an issue for each problem in the arguments of a job. */
export function checkJob(context: Payload): void {
  const { value, issues } = context;
  const { subscriber_ids: ids, items = [], resume, action, ...rest } = value;
  if (resume !== undefined) {
    const others = Object.keys(value).filter((key) => key !== 'resume' && key in jobShape);
    if (others.length > 0)
      addIssue(
        context,
        ['resume'],
        `stands alone, because the job keeps its arguments: leave out ${others.join(', ')}`,
      );
    return;
  }
  if ((ids === undefined) === (value.items === undefined)) {
    addIssue(context, [], 'give either subscriber_ids or items, with an action; or resume alone');
    return;
  }
  if (action === undefined) {
    addIssue(context, ['action'], 'is required');
    return;
  }
  if (!checkPlaces(context, items)) return;
  const before = issues.length;
  const shared = { action, ...rest };
  for (const [index, { subscriber_id: _, ...own }] of (value.items ?? [{ subscriber_id: '' }]).entries()) {
    for (const { path, problem } of problemsIn({ ...shared, ...own })) {
      const isOwn = ownNames.some((name) => name === path[0] && name in own);
      addIssue(context, isOwn ? ['items', index, ...path] : path, problem);
    }
    if (issues.length - before >= maxProblems) return;
  }
  checkRepeated(context, items);
}
