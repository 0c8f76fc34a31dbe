import type { Verdict } from '../../runner/judge.js';
import { tasks } from '../../tasks/index.js';
import { shopNow } from '../../tasks/shop.js';
import type { Contact, Outcome, Task } from '../../tasks/task.js';

/** A wrong outcome of a task. */
export interface Mutation {
  readonly name: string;
  /** In how many tasks it is possible, at least. */
  readonly least: number;
  /** Makes the right outcome wrong. Undefined where the task gives no occasion for it. */
  apply(right: Outcome, task: Task): Outcome | undefined;
  /** How the verdict shows it. */
  shows(verdict: Verdict, task: Task): boolean;
}

const contactsOf = ({ account }: Outcome): readonly Contact[] => account.contacts ?? [];

/** The outcome with one contact changed. */
export const withContact = (outcome: Outcome, id: string, change: (contact: Contact) => Contact): Outcome => ({
  ...outcome,
  account: {
    ...outcome.account,
    contacts: contactsOf(outcome).map((contact) => (contact.id === id ? change(contact) : contact)),
  },
});

const outsiderOf = ({ account, touches }: Task): string => {
  const id = account.contacts?.map((each) => each.id ?? '').find((each) => !touches.includes(each));
  if (id === undefined) throw new Error('everybody in the account is meant');
  return id;
};

const delivery = (id: number, to: string): Outcome['messages'][number] => ({
  id,
  time: shopNow,
  page_id: '204811',
  subscriber_id: to,
  user_ref: null,
  channel: 'messenger',
  source: 'sendContent',
  messages: [{ type: 'text', text: 'Hello' }],
  quick_replies: [],
  delivered: true,
});

/** A contact for whom the right outcome did something. */
function servedIn({ before, account, messages }: Outcome): string | undefined {
  const messaged = messages.find(({ delivered }) => delivered)?.subscriber_id;
  const known = new Map(before.contacts?.map((each) => [each.id, JSON.stringify(each)]));
  return messaged ?? account.contacts?.find((each) => known.get(each.id) !== JSON.stringify(each))?.id;
}

/** The outcome as if nothing was done for a contact. */
function without(outcome: Outcome, id: string): Outcome {
  const earlier = outcome.before.contacts?.find((each) => each.id === id);
  const rest = outcome.messages.filter((each) => each.subscriber_id !== id);
  return withContact({ ...outcome, messages: rest }, id, (contact) => earlier ?? contact);
}

const all = tasks.length;
const hasProblem = ({ problems }: Verdict): boolean => problems.length > 0;
const hasWrongOutsider = ({ wrongPeople }: Verdict, task: Task): boolean => wrongPeople.includes(outsiderOf(task));

export const mutations: readonly Mutation[] = [
  {
    name: 'nothing is done and the answer is empty',
    least: all,
    apply: ({ before }) => ({ before, account: before, messages: [], answer: '' }),
    shows: hasProblem,
  },
  {
    name: 'everything is done and the answer is only "Done."',
    least: all,
    apply: (right) => ({ ...right, answer: 'Done.' }),
    shows: hasProblem,
  },
  {
    name: 'an uninvolved contact is messaged',
    least: all,
    apply: (right, task) => ({ ...right, messages: [...right.messages, delivery(9_999, outsiderOf(task))] }),
    shows: hasWrongOutsider,
  },
  {
    name: 'an uninvolved contact gets a tag',
    least: all,
    apply: (right, task) =>
      withContact(right, outsiderOf(task), (contact) => ({ ...contact, tags: [...(contact.tags ?? []), 'Wholesale'] })),
    shows: hasWrongOutsider,
  },
  {
    name: 'an uninvolved contact gets a value of a field',
    least: all,
    apply: (right, task) =>
      withContact(right, outsiderOf(task), (contact) => ({
        ...contact,
        fields: { ...contact.fields, purchase_count: 98_765 },
      })),
    shows: hasWrongOutsider,
  },
  {
    name: 'one contact is left out',
    least: 20,
    apply(right) {
      const id = servedIn(right);
      return id === undefined ? undefined : without(right, id);
    },
    shows: hasProblem,
  },
  {
    name: 'an uninvolved contact gets what another should get',
    least: 20,
    apply(right, task) {
      const id = servedIn(right);
      if (id === undefined) return;
      const outsider = outsiderOf(task);
      const served = contactsOf(right).find((each) => each.id === id);
      const moved = right.messages.map((each) =>
        each.subscriber_id === id ? { ...each, subscriber_id: outsider } : each,
      );
      const { tags = [], fields = {} } = served ?? {};
      const given = withContact(without(right, id), outsider, (contact) => ({ ...contact, tags, fields }));
      return { ...given, messages: moved };
    },
    shows: (verdict, task) => hasProblem(verdict) && hasWrongOutsider(verdict, task),
  },
  {
    name: 'another text, or another flow, is sent',
    least: 10,
    apply: (right) =>
      right.messages.length === 0
        ? undefined
        : {
            ...right,
            messages: right.messages.map((each) => ({
              ...each,
              ...(each.flow_ns !== undefined && { flow_ns: 'content20200101000000_1' }),
              messages: [{ type: 'text', text: 'Hello' }],
            })),
          },
    shows: hasProblem,
  },
  {
    name: 'what was sent did not arrive',
    least: 10,
    apply: (right) =>
      right.messages.length === 0
        ? undefined
        : { ...right, messages: right.messages.map((each) => ({ ...each, delivered: false })) },
    shows: hasProblem,
  },
  {
    name: 'the same is sent twice',
    least: 10,
    apply({ messages, ...right }) {
      const last = messages.at(-1);
      return last && { ...right, messages: [...messages, { ...last, id: last.id + 1 }] };
    },
    shows: ({ twice }) => twice.length === 1,
  },
];
