import type { Incoming } from '../../http/incoming.js';
import { decimalId, isRecord } from '../../http/json.js';
import { refusalText, type SandboxResponse } from '../../http/refusal.js';
import type { RequestMeaning } from '../../http/request-log.js';
import type { Account } from '../../manychat/account.js';
import { addressed } from '../../maton/gateway.js';
import type { World } from '../../world/world.js';
import { inSentence, type Subject, shown } from './names.js';
import { sentences } from './sentences.js';

const maxErrorLength = 500;

/** Adds to a meaning what the response says; undefined if the request was not performed. */
type Explained = (response: SandboxResponse | undefined) => RequestMeaning;

/**
 * Explains a request; to be called before it is performed, which can change the names. Whatever the request has, this does
 * not throw: that would keep it from being served.
 */
export function explain(world: World, incoming: Incoming): Explained {
  try {
    return explainRequest(world, incoming);
  } catch {
    return () => ({ meaning: 'A request that cannot be explained' });
  }
}

function explainRequest(world: World, incoming: Incoming): Explained {
  const { account, path } = addressed(world, incoming);
  const json = incoming.method === 'GET' ? Object.fromEntries(incoming.query) : incoming.json();
  const subject: Subject = { account, parameters: isRecord(json) ? json : {} };
  const sentence = sentences.get(path);
  const meaning = sentence === undefined ? otherMeaning(world, incoming) : sentence(subject);
  const id = contactId(subject);
  return (response) => {
    const error = response === undefined ? undefined : refusalText(response)?.slice(0, maxErrorLength);
    const about = id ?? (path === '/fb/subscriber/createSubscriber' ? createdId(account, response) : undefined);
    return {
      meaning,
      ...(account !== undefined && { page_id: String(account.page.id) }),
      ...(about !== undefined && { subscriber_id: about }),
      ...(error !== undefined && { error }),
    };
  };
}

/** The id of the contact that a request names; undefined if the page has no such contact. */
function contactId({ account, parameters: { subscriber_id: id, user_ref: userRef } }: Subject): string | undefined {
  const named = decimalId(id) ?? account?.userRefs.get(decimalId(userRef) ?? '') ?? '';
  return account?.contacts.has(named) ? named : undefined;
}

function createdId(account: Account | undefined, response: SandboxResponse | undefined): string | undefined {
  const data = isRecord(response?.body) ? response.body.data : undefined;
  const id = isRecord(data) ? String(data.id) : '';
  return account?.contacts.has(id) ? id : undefined;
}

/** The meaning of a request to Maton itself. */
function otherMeaning({ connections }: World, { method, path }: Incoming): string {
  const [, first, id = ''] = path.split('/');
  if (first !== 'connections') return 'Unknown request';
  if (id === '') return method === 'POST' ? 'Start a new connection' : 'List the connections';
  const page = connections.find((each) => each.id === id)?.account?.page.name;
  const which = `the connection ${page === undefined ? inSentence(id) : `to ${shown(page)}`}`;
  return method === 'DELETE' ? `Delete ${which}` : `Read ${which}`;
}
