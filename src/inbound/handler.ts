import { randomUUID } from 'node:crypto';
import { responseContent } from '../account/inbox/content/response-content.js';
import type { AccountInbox, AnswerContent, Arrival, Holder, Received, ReceiveRules } from '../account/inbox/inbox.js';
import type { Log } from '../account/telemetry/log.js';
import type { InboundSettings } from '../config/accounts/settings.js';
import { StoreAway } from '../store/shared-store.js';
import { type Clock, timeout } from '../upstream/clock.js';
import { untilAborted } from '../upstream/linked-signal.js';
import { type AnswerStatus, blockAnswer, refusal, requestAnswer } from './answers.js';
import { readArrival } from './arrival.js';
import type { Authority } from './authority.js';
import { Refused, readBody } from './body.js';
import { hold } from './hold.js';
import { Busy, createLanes } from './lanes.js';

/** An account that ManyChat calls. */
interface InboundAccount {
  /** Its name in addresses. */
  readonly name: string;
  readonly settings: InboundSettings;
  /** Opens its messages. Rejects with StoreAway if that is not possible now. */
  inbox(): Promise<AccountInbox>;
}

/** What calls are served with. */
export interface InboundParts {
  readonly accounts: readonly InboundAccount[];
  readonly authority: Authority;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

/** Serves the calls of ManyChat to web-standard requests. */
export interface InboundService {
  /**
   * The response to a call, within 8.5 seconds in every case.
   * @param written resolves when the response is written, and never if the client goes away before.
   */
  fetch(request: Request, written?: Promise<void>): Promise<Response>;
  /** Ends the calls that wait for an answer, without one. From now on none waits. */
  drain(): void;
}

/** Where the calls of ManyChat are served. */
export const isInbound = (request: Request): boolean => new URL(request.url).pathname.startsWith('/inbound/');

const path = /^\/inbound\/([^/]+)\/(request|block)\/?$/;

type Kind = 'request' | 'block';

/** How long a call waits for an answer, from its arrival, in milliseconds. ManyChat gives up after about ten seconds. */
const holdMs = 8_000;
/** A call that has less time left does not wait. */
const leastHoldMs = 1_500;
/** How long keeping a message may take, in milliseconds. */
const keepMs = 2_000;

/** A call, as far as it was read. */
interface Call {
  readonly kind: Kind;
  readonly account: InboundAccount;
  readonly arrival: Arrival;
  /** It came through a callback for the contact's next text, which is to be made again. */
  readonly isTextCallback: boolean;
  readonly arrivedAt: number;
}

const nameIn = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return '';
  }
};

const statusOf = ({ state }: Received): AnswerStatus => (state === 'new' || state === 'full' ? 'later' : state);

/** Creates the service. */
export function createInbound({ accounts, authority, clock, log }: InboundParts): InboundService {
  const lanes = createLanes();
  const draining = new AbortController();

  /** Reads a call. @throws Refused */
  async function read(request: Request, arrivedAt: number): Promise<Call> {
    const { pathname, searchParams } = new URL(request.url);
    const [, encoded = '', word] = path.exec(pathname) ?? [];
    if (word === undefined)
      throw new Refused(404, 'not found: calls go to /inbound/{account}/request and /inbound/{account}/block');
    const kind: Kind = word === 'block' ? 'block' : 'request';
    if (request.method !== 'POST') throw new Refused(405, 'the method must be POST', { allow: 'POST' });
    const proof = authority.prove(nameIn(encoded), request.headers, kind === 'block');
    const account = accounts.find(({ name }) => name === proof?.account);
    if (proof === undefined || account === undefined)
      throw new Refused(401, 'the secret in the header is missing or wrong, or there is no such account', {
        connection: 'close',
      });
    const json = await readBody(request, clock);
    const arrival = readArrival(json, searchParams.get('channel'));
    if (proof.contact !== undefined && proof.contact !== arrival.contact)
      throw new Refused(401, 'the callback was made for another contact');
    const isTextCallback = proof.contact !== undefined && searchParams.get('callback') === 'message';
    return { kind, account, arrival, isTextCallback, arrivedAt };
  }

  /** Who waits for the answer; undefined if the call ends at once. */
  function holderOf({ kind, account, arrival, arrivedAt }: Call): Holder | undefined {
    const forMs = Math.floor(arrivedAt + holdMs - clock.now());
    if (account.settings.mode !== 'reply' || arrival.said.kind !== 'text') return undefined;
    if (draining.signal.aborted || forMs < leastHoldMs) return undefined;
    return {
      id: randomUUID(),
      forMs,
      takes: kind === 'request' ? 'text' : authority.calledBack ? 'callbacks' : 'content',
    };
  }

  /** Keeps the message, in the order of its contact. @throws Refused if that is not possible in time. */
  async function keep(call: Call) {
    const { account, arrival } = call;
    const { signal, cancel } = timeout(clock, keepMs);
    const work = async () => {
      const inbox = await account.inbox();
      const holder = holderOf(call);
      const { mode, pauseMs, loop } = account.settings;
      const rules: ReceiveRules = { mode, pauseMs, loop, holder };
      return { inbox, holder, received: await inbox.receive(arrival, rules) };
    };
    try {
      const lane = JSON.stringify([account.name, arrival.contact]);
      const kept = await untilAborted(lanes.run(lane, work, signal), signal);
      if (kept.received.state === 'full') throw new Refused(503, 'the inbox is full: nothing takes its messages');
      return kept;
    } catch (error) {
      if (error instanceof Busy) throw new Refused(503, error.message);
      if (error instanceof StoreAway) throw new Refused(503, `messages cannot be kept: ${error.message}`);
      if (signal.aborted && error === signal.reason) throw new Refused(503, 'messages cannot be kept in time');
      throw error;
    } finally {
      cancel();
    }
  }

  /** Waits for the answer that the response is to carry; undefined if the call does not wait, or none came. */
  async function answerTo(call: Call, kept: Awaited<ReturnType<typeof keep>>, request: Request) {
    const { inbox, holder, received } = kept;
    if (holder === undefined || (received.state !== 'new' && received.state !== 'joined')) return undefined;
    return hold(inbox, received.message, holder, {
      clock,
      until: call.arrivedAt + holdMs,
      signals: [request.signal, draining.signal],
    });
  }

  function responseTo(call: Call, received: Received, content: AnswerContent | undefined) {
    const { kind, account, arrival, isTextCallback } = call;
    const { channel, contact } = arrival;
    const status = statusOf(received);
    if (kind === 'request') {
      if (content === undefined) return { response: requestAnswer(status) };
      if ('text' in content) return { response: requestAnswer('answered', content.text), isAnswered: true };
      return { response: requestAnswer(status), problem: 'an External Request takes a text only' };
    }
    const callback = authority.of(account.name, { id: received.message, contact, channel });
    const next = isTextCallback ? callback : undefined;
    if (content === undefined) return { response: blockAnswer(undefined, channel, next) };
    const block = responseContent(content, channel, callback);
    if ('problem' in block) return { response: blockAnswer(undefined, channel, next), problem: block.problem };
    return { response: blockAnswer(block.content, channel, next), isAnswered: true };
  }

  async function serve(request: Request, written: Promise<void> | undefined): Promise<Response> {
    const arrivedAt = clock.now();
    const call = await read(request, arrivedAt);
    const kept = await keep(call);
    const answer = await answerTo(call, kept, request);
    const { response, isAnswered = false, problem } = responseTo(call, kept.received, answer?.content);
    const { name } = call.account;
    if (answer !== undefined) {
      if (isAnswered) answer.follow(request.signal, written);
      else answer.failed();
    }
    if (problem !== undefined)
      log.warn({ account: name, kind: call.kind, reason: problem }, 'inbound answer not written');
    const ms = Math.round(clock.now() - arrivedAt);
    log.info({ account: name, kind: call.kind, state: isAnswered ? 'answered' : kept.received.state, ms }, 'inbound');
    return response;
  }

  return {
    async fetch(request, written) {
      try {
        return await serve(request, written);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        log.warn({ status: error.status, reason: error.message }, 'inbound refused');
        return refusal(error.status, error.message, error.headers);
      }
    },
    drain: () => draining.abort(),
  };
}
