import { CallError } from '../../contract/failure.js';
import { asObject, type Result } from '../../contract/json.js';
import type { Steps } from '../../contract/workflow.js';
import { getSubscriber } from '../../endpoints/subscribers.js';

/** The most contacts that are read at the end of a job. */
const maxReads = 10;

/** The least share of the call's time in which a read begins. */
const leastTime = 0.3;

/** What a person who looks after a contact needs: the name, when the contact last wrote, and the chat. */
function summaryOf(id: string, contact: Result): Result {
  const { name, last_interaction, live_chat_url: chat_link } = contact;
  return { subscriber_id: id, ...definedIn({ name, last_interaction, chat_link }) };
}

const definedIn = (values: Result): Result =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string' && value !== ''));

/** Reads the first few of the contacts, while there is time; stops at the first that cannot be read. */
export async function readContacts(ids: readonly string[], { call, timeLeft }: Steps): Promise<Result[]> {
  const contacts: Result[] = [];
  for (const id of ids.slice(0, maxReads)) {
    if (timeLeft() < leastTime) break;
    try {
      const input = { subscriber_id: id };
      const { subscriber } = await call({ what: 'read a contact', endpoint: getSubscriber, input, quiet: true });
      contacts.push(summaryOf(id, asObject(subscriber)));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      // A contact that does not exist says nothing about the others.
      if (error.failure.kind !== 'not_found') break;
    }
  }
  return contacts;
}
