import type { Sandbox, SandboxAccount } from '../../src/sandbox/index.js';

export type Contact = NonNullable<SandboxAccount['contacts']>[number];
type Delivery = ReturnType<Sandbox['messages']>[number];

/** What makes a task hard. */
export type Trait = 'ambiguous' | 'many' | 'closed' | 'impossible' | 'instructions';

/** What is there when the agent has given its last answer. */
export interface Outcome {
  readonly before: SandboxAccount;
  readonly account: SandboxAccount;
  /** What was sent, oldest first. */
  readonly messages: readonly Delivery[];
  readonly answer: string;
}

export interface Task {
  readonly name: string;
  readonly traits: readonly Trait[];
  /** For a marketer's job in which an agent was once misled: by what. */
  readonly job?: string;
  /** The words of the person, who is asked nothing further. */
  readonly words: string;
  readonly account: SandboxAccount;
  /** Ids of the contacts that may be messaged or changed; each other one is a wrong person. */
  readonly touches: readonly string[];
  /** Returns what is wrong; nothing if the task is done. */
  check(outcome: Outcome): readonly string[];
}

/** A check that consists of several; `undefined` stands for what is right. */
export const problems = (...found: readonly (string | undefined | readonly string[])[]): string[] =>
  found.flatMap((each) => each ?? []);

/** The contact with this id. */
function contactIn(account: SandboxAccount, id: string): Contact {
  const contact = account.contacts?.find((each) => each.id === id);
  if (contact === undefined) throw new Error(`there is no contact ${id}`);
  return contact;
}

const excerpt = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** The answer says something that each pattern matches. */
export const says = ({ answer }: Outcome, ...patterns: readonly RegExp[]): string[] =>
  patterns.flatMap((pattern) => (pattern.test(answer) ? [] : `the answer does not say ${pattern}: ${excerpt(answer)}`));

/** The answer says nothing that a pattern matches. */
export const neverSays = ({ answer }: Outcome, ...patterns: readonly RegExp[]): string[] =>
  patterns.flatMap((pattern) => (pattern.test(answer) ? `the answer says ${pattern}: ${excerpt(answer)}` : []));

/** Each contact was reached, with messages that hold the text; `flow` is the ns of the flow that was started for them. */
export function reached(
  { messages }: Outcome,
  ids: readonly string[],
  { text, flow, otn }: { readonly text?: string; readonly flow?: string; readonly otn?: string },
): string[] {
  const fits = (each: Delivery): boolean =>
    each.delivered &&
    (text === undefined || JSON.stringify(each.messages).includes(JSON.stringify(text).slice(1, -1))) &&
    (flow === undefined || each.flow_ns === flow) &&
    (otn === undefined || each.otn_topic_name === otn);
  const reachedIds = new Set(messages.filter(fits).map(({ subscriber_id: id }) => id));
  const missed = ids.filter((id) => !reachedIds.has(id));
  return missed.length === 0 ? [] : [`${missed.length} were not reached: ${missed.slice(0, 3).join(', ')}`];
}

/** Nothing was sent to anyone. */
export const sentNothing = ({ messages }: Outcome): string[] =>
  messages.length === 0 ? [] : [`${messages.length} messages or flows were sent`];

/** The account is as it was. */
export const changedNothing = ({ before, account }: Outcome): string[] =>
  JSON.stringify(withoutTokens(before)) === JSON.stringify(withoutTokens(account)) ? [] : ['the account was changed'];

/** Tokens are spent by what is sent, which is judged by itself. */
const withoutTokens = (account: SandboxAccount) => ({
  ...account,
  contacts: account.contacts?.map((each) => ({ ...each, otn_tokens: {}, fields_changed: {} })),
});

/** Each contact has the tag. */
export function tagged({ account }: Outcome, ids: readonly string[], tag: string): string[] {
  const missed = ids.filter((id) => contactIn(account, id).tags?.includes(tag) !== true);
  return missed.length === 0 ? [] : [`${missed.length} do not have the tag ${tag}: ${missed.slice(0, 3).join(', ')}`];
}

/** No contact among these has the tag. */
export function untagged({ account }: Outcome, ids: readonly string[], tag: string): string[] {
  const kept = ids.filter((id) => contactIn(account, id).tags?.includes(tag) === true);
  return kept.length === 0 ? [] : [`${kept.length} have the tag ${tag}: ${kept.slice(0, 3).join(', ')}`];
}

/** A field has its value, for each contact by id. */
export function hasFields(
  { account }: Outcome,
  field: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string[] {
  const wrong = Object.entries(values).filter(([id, value]) => contactIn(account, id).fields?.[field] !== value);
  return wrong.map(([id, value]) => `${field} of ${id} is not ${value}`).slice(0, 3);
}
