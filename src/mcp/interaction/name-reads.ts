import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import { listFlows } from '../../../tools/endpoints/flows.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { getSubscriber, getSubscriberByUserRef } from '../../../tools/endpoints/subscribers.js';
import { listTags } from '../../../tools/endpoints/tags.js';
import { channelsOnRecord } from '../../../tools/message/window.js';
import type { Tool } from '../../account/policy/tool.js';
import type { KnownContact, NamedThing, Names } from './naming.js';

/** Reads that make a question clearer, at the most. */
const mostReads = 3;

/** Where a name is read, and what it adds to the names. */
export interface NameRead {
  readonly endpoint: Endpoint;
  readonly input: Result;
  readonly connectionId: string | undefined;
  found(result: Result): Partial<Names>;
}

const nameOf = (item: unknown): string | undefined => {
  const { name } = asObject(item);
  return typeof name === 'string' && name.trim() !== '' ? name : undefined;
};

/** The names of listed things by what they are called by. */
function namesIn(items: unknown, key: 'id' | 'ns'): ReadonlyMap<string, string> {
  const entries = (toList(items) ?? []).flatMap((item): [string, string][] => {
    const name = nameOf(item);
    return name === undefined ? [] : [[String(asObject(item)[key]), name]];
  });
  return new Map(entries);
}

const contactIn = ({ subscriber }: Result): KnownContact => ({
  name: nameOf(subscriber),
  channels: isObject(subscriber) ? channelsOnRecord(subscriber) : [],
});

function readOf([what, id]: NamedThing, connectionId: string | undefined): NameRead {
  switch (what) {
    case 'contact':
      return {
        endpoint: getSubscriber,
        input: { subscriber_id: id },
        connectionId,
        found: (result) => ({ contacts: new Map([[id, contactIn(result)]]) }),
      };
    case 'user_ref':
      return {
        endpoint: getSubscriberByUserRef,
        input: { user_ref: id },
        connectionId,
        found: (result) => ({ userRefs: new Map([[id, contactIn(result)]]) }),
      };
    case 'tag':
      return { endpoint: listTags, input: {}, connectionId, found: ({ tags }) => ({ tags: namesIn(tags, 'id') }) };
    case 'flow':
      return { endpoint: listFlows, input: {}, connectionId, found: ({ flows }) => ({ flows: namesIn(flows, 'ns') }) };
    case 'connection':
      return {
        endpoint: getPage,
        input: {},
        connectionId: id,
        found({ page }) {
          const name = nameOf(page);
          return name === undefined ? {} : { connections: new Map([[id, name]]) };
        },
      };
  }
}

/** The reads for what a question names: the page first, one list of each kind, then as many contacts as are left. */
export function nameReads(tool: Tool, named: readonly NamedThing[], connectionId: string | undefined): NameRead[] {
  const page: NameRead = {
    endpoint: getPage,
    input: {},
    connectionId,
    found: (result) => ({ page: nameOf(result.page) }),
  };
  const of = (...kinds: readonly NamedThing[0][]): NamedThing[] => named.filter(([what]) => kinds.includes(what));
  const wanted = [
    ...of('connection'),
    ...of('tag').slice(0, 1),
    ...of('flow').slice(0, 1),
    ...of('contact', 'user_ref'),
  ];
  const reads = wanted.map((each) => readOf(each, connectionId));
  return [...(tool.declaration.api === 'manychat' ? [page] : []), ...reads].slice(0, mostReads);
}

/** One set of names of several; each kind of thing but contacts is read at once. */
export function mergeNames(parts: readonly Partial<Names>[]): Names {
  const all = <Value>(of: (part: Partial<Names>) => ReadonlyMap<string, Value> | undefined) =>
    new Map(parts.flatMap((part) => [...(of(part) ?? [])]));
  return {
    page: parts.find(({ page }) => page !== undefined)?.page,
    contacts: all(({ contacts }) => contacts),
    userRefs: all(({ userRefs }) => userRefs),
    tags: all(({ tags }) => tags),
    flows: all(({ flows }) => flows),
    connections: all(({ connections }) => connections),
  };
}
