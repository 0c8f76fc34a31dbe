import type { Contact, Outcome, Task } from '../tasks/task.js';

/** What came of a task. */
export interface Verdict {
  readonly done: boolean;
  /** Contacts that were messaged or changed although the task is not about them. */
  readonly wrongPeople: readonly string[];
  /** Contacts that got the same message or flow more than once. */
  readonly twice: readonly string[];
  readonly problems: readonly string[];
}

/** Tokens are spent by what is sent; the export numbers the changes of fields anew. */
const parts = ({ otn_tokens: _, fields_changed: __, ...contact }: Contact) => JSON.stringify(contact);

/** Contacts that differ between the two accounts, new ones included. */
function changedIn({ before, account }: Outcome): string[] {
  const known = new Map((before.contacts ?? []).map((contact) => [contact.id, parts(contact)]));
  return (account.contacts ?? []).flatMap((contact) => {
    const { id = '' } = contact;
    return known.get(id) === parts(contact) ? [] : id;
  });
}

/** Judges the account and the last answer. Wrong people and repeated messages are judged alike for every task. */
export function judge(task: Task, outcome: Outcome): Verdict {
  const allowed = new Set(task.touches);
  const messaged = outcome.messages.flatMap(({ subscriber_id: id, user_ref: ref }) => id ?? ref ?? []);
  const wrongPeople = [...new Set([...messaged, ...changedIn(outcome)])].filter((id) => !allowed.has(id));
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { subscriber_id: id, source, flow_ns: flow, messages } of outcome.messages) {
    const key = JSON.stringify([id, source, flow, source === 'sendFlow' ? [] : messages]);
    if (seen.has(key)) twice.add(id ?? '');
    seen.add(key);
  }
  const problems = task.check(outcome);
  return {
    done: problems.length === 0 && wrongPeople.length === 0 && twice.size === 0,
    wrongPeople,
    twice: [...twice],
    problems,
  };
}
