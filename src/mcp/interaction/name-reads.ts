import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import { listFlows } from '../../../tools/endpoints/flows.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { getSubscriber, getSubscriberByUserRef } from '../../../tools/endpoints/subscribers.js';
import { listTags } from '../../../tools/endpoints/tags.js';
import { channelsOnRecord } from '../../../tools/message/window.js';
import type { Tool } from '../../account/policy/tool.js';
import type { KnownContact, NamedThing, Names } from './naming.js';

/** Limits the requests that one question costs. */
const maxReads = 3;

/** A call that reads names for a question. */
export interface NameRead {
  readonly endpoint: Endpoint;
  readonly input: Result;
  readonly connectionId: string | undefined;
  /** The names in the endpoint's result. */
  namesIn(result: Result): Partial<Names>;
}

const nameOf = (item: unknown): string | undefined => {
  const { name } = asObject(item);
  return typeof name === 'string' && name.trim() !== '' ? name : undefined;
};

/** The names of the items of a list, by `key`. */
function namesBy(key: 'id' | 'ns', items: unknown): ReadonlyMap<string, string> {
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

function readOf([type, id]: NamedThing, connectionId: string | undefined): NameRead {
  switch (type) {
    case 'contact':
      return {
        endpoint: getSubscriber,
        input: { subscriber_id: id },
        connectionId,
        namesIn: (result) => ({ contacts: new Map([[id, contactIn(result)]]) }),
      };
    case 'user_ref':
      return {
        endpoint: getSubscriberByUserRef,
        input: { user_ref: id },
        connectionId,
        namesIn: (result) => ({ userRefs: new Map([[id, contactIn(result)]]) }),
      };
    case 'tag':
      return { endpoint: listTags, input: {}, connectionId, namesIn: ({ tags }) => ({ tags: namesBy('id', tags) }) };
    case 'flow':
      return {
        endpoint: listFlows,
        input: {},
        connectionId,
        namesIn: ({ flows }) => ({ flows: namesBy('ns', flows) }),
      };
    case 'connection':
      return {
        endpoint: getPage,
        input: {},
        connectionId: id,
        namesIn({ page }) {
          const name = nameOf(page);
          return name === undefined ? {} : { connections: new Map([[id, name]]) };
        },
      };
  }
}

/** The reads for a question: the page first, then at most one list of each type, then contacts up to the limit. */
export function nameReads(tool: Tool, things: readonly NamedThing[], connectionId: string | undefined): NameRead[] {
  const page: NameRead = {
    endpoint: getPage,
    input: {},
    connectionId,
    namesIn: (result) => ({ page: nameOf(result.page) }),
  };
  const ofType = (...types: readonly NamedThing[0][]): NamedThing[] => things.filter(([type]) => types.includes(type));
  const ordered = [
    ...ofType('connection'),
    ...ofType('tag').slice(0, 1),
    ...ofType('flow').slice(0, 1),
    ...ofType('contact', 'user_ref'),
  ];
  const reads = ordered.map((thing) => readOf(thing, connectionId));
  return [...(tool.declaration.api === 'manychat' ? [page] : []), ...reads].slice(0, maxReads);
}

/** Merges the names of several reads. */
export function mergeNames(parts: readonly Partial<Names>[]): Omit<Names, 'meanings'> {
  const union = <Value>(of: (part: Partial<Names>) => ReadonlyMap<string, Value> | undefined) =>
    new Map(parts.flatMap((part) => [...(of(part) ?? [])]));
  return {
    page: parts.find(({ page }) => page !== undefined)?.page,
    contacts: union(({ contacts }) => contacts),
    userRefs: union(({ userRefs }) => userRefs),
    tags: union(({ tags }) => tags),
    flows: union(({ flows }) => flows),
    connections: union(({ connections }) => connections),
  };
}
