import type { Endpoint } from '../../../tools/contract/endpoint.js';
import { CallError, type Failure } from '../../../tools/contract/failure.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import { listFlows } from '../../../tools/endpoints/flows.js';
import { getPage } from '../../../tools/endpoints/page.js';
import { getSubscriber, getSubscriberByUserRef } from '../../../tools/endpoints/subscribers.js';
import { listTags } from '../../../tools/endpoints/tags.js';
import { channelsOnRecord } from '../../../tools/message/window.js';
import { acceptedInput } from '../../account/call/arguments.js';
import type { Gateway } from '../../account/call/pipeline.js';
import type { Tool } from '../../account/policy/tool.js';
import { nobody } from '../../account/send-guard/delivery.js';
import type { AccountSettings } from '../../config/account-settings.js';
import type { KnownContact, Named, Names } from './naming.js';
import { longestQuestion, namedIn, questionOf } from './question.js';

/** What the user is asked before a call, and what the call is then made with. */
interface Question {
  readonly text: string;
  /** The connection that the question speaks of: the call must not go to another. */
  readonly connectionId: string | undefined;
  /** The time that is left to the call, in milliseconds. */
  readonly deadlineMs: number;
}

/** Puts together what a user is asked before a call. */
export interface Asker {
  /** The question; undefined where the call would be refused anyway; the failure of a call that cannot be asked about. */
  prepare(tool: Tool, given: unknown, signal: AbortSignal): Promise<Question | { failure: Failure } | undefined>;
}

/** What questions are put together with. */
export interface AskerParts {
  readonly gateway: Pick<Gateway, 'call' | 'connectionOf'>;
  readonly settings: Pick<AccountSettings, 'access' | 'deadlineMs'>;
  /** Milliseconds, from any fixed point. */
  readonly now: () => number;
}

/** Reads that make a question clearer, at the most, and the part of the call's time that they may take. */
const mostReads = 3;
const readsShare = 0.2;

const tooLong: Failure = {
  kind: 'invalid_input',
  message: `The user has to confirm this call, and what it would do is too long to be shown to them: a question takes ${longestQuestion} characters`,
  hint: 'Nothing was done. Make several calls, with fewer messages, buttons or fields in each.',
  retryable: false,
  performed: 'no',
  source: 'client',
};

/** Where a name is read, and what it adds to the names. */
interface NameRead {
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

function readOf([what, id]: Named, connectionId: string | undefined): NameRead {
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
function readsFor(tool: Tool, named: readonly Named[], connectionId: string | undefined): NameRead[] {
  const page: NameRead = {
    endpoint: getPage,
    input: {},
    connectionId,
    found: (result) => ({ page: nameOf(result.page) }),
  };
  const of = (...kinds: readonly Named[0][]): Named[] => named.filter(([what]) => kinds.includes(what));
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
function merged(parts: readonly Partial<Names>[]): Names {
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

/** Creates the asker. */
export function createAsker({ gateway, settings, now }: AskerParts): Asker {
  /** What could be read of the names; a read that fails or takes too long leaves the bare id. */
  async function read(reads: readonly NameRead[], deadlineMs: number, signal: AbortSignal): Promise<Names> {
    const parts = reads.map(async ({ endpoint, input, connectionId, found }) => {
      try {
        return found(
          await gateway.call(endpoint, input, { signal, connectionId, deadlineMs, delivery: nobody, trace: {} }),
        );
      } catch (error) {
        if (error instanceof CallError) return {};
        throw error;
      }
    });
    return merged(await Promise.all(parts));
  }

  return {
    async prepare(tool, given, signal) {
      const { declaration } = tool;
      const accepted = acceptedInput(tool, given);
      if (accepted === undefined || settings.access.mode === 'none') return undefined;
      const began = now();
      let connectionId: string | undefined;
      try {
        connectionId = await gateway.connectionOf(declaration, accepted.connectionId, signal);
      } catch (error) {
        if (error instanceof CallError) return { failure: error.failure };
        throw error;
      }
      const reads = readsFor(tool, namedIn(declaration, accepted.input), connectionId);
      const left = () => settings.deadlineMs - (now() - began);
      const names = await read(reads, Math.min(left(), settings.deadlineMs * readsShare), signal);
      const text = questionOf(declaration, accepted.input, names, connectionId);
      return text === undefined ? { failure: tooLong } : { text, connectionId, deadlineMs: left() };
    },
  };
}
