import { createHash } from 'node:crypto';
import { CallError } from '../../../../tools/contract/failure.js';
import type { AnswerClaim, InboxSteps } from '../../../../tools/contract/inbox.js';
import { asObject } from '../../../../tools/contract/json.js';
import type { AccountSettings } from '../../../config/accounts/settings.js';
import { operatorDoes } from '../../../text/operator.js';
import { sleep } from '../../../upstream/clock.js';
import { stopError } from '../../../upstream/deadline.js';
import { callError } from '../../../upstream/failures/call-error.js';
import type { FailureContext } from '../../../upstream/failures/context.js';
import type { AccountParts, CallContext } from '../../call/call-context.js';
import { fingerprintOf } from '../../send-guard/send-guard.js';
import { fillCallbacks, hasCallbackMarker } from '../content/callbacks.js';
import type { AccountInbox, Answering, InboxReader } from '../inbox.js';
import { inboxScope } from '../shared-inbox.js';

/** The inbox of an account; undefined if it hears nothing. */
export const inboxOf = ({ host, settings }: Pick<AccountParts, 'host' | 'settings'>): AccountInbox | undefined =>
  settings.inbound === undefined ? undefined : host.inbox?.of(inboxScope(settings));

/** Whether a caller sees the messages. It is not known to which connection one belongs, so they are for those who may use all. */
export const showsMessages = ({ permitted, connection }: Pick<AccountSettings, 'permitted' | 'connection'>): boolean =>
  permitted === undefined || connection !== undefined;

/** Each principal reads for itself, and so does each of its consumers. */
const readerOf = (principal: string, consumer: string | undefined): InboxReader =>
  createHash('sha256')
    .update(JSON.stringify([principal, consumer?.trim() ?? null]))
    .digest('base64url');

/** How long an answer waits until it is noted what came of it, in milliseconds. It is noted all the same. */
const noteMs = 1_000;

/** What a call does with messages, and what becomes of those that it took. */
export interface CallInbox {
  readonly steps: InboxSteps;
  /** The call has failed: what it took is given back. */
  failed(): void;
}

/** The messages of an account, for one call. What the call takes is given back if its result does not reach the client. */
export function inboxOfCall(
  context: CallContext,
  failure: FailureContext,
  {
    principal = 'local',
    approved = false,
  }: { readonly principal?: string | undefined; readonly approved?: boolean | undefined },
  { host, settings }: Pick<AccountParts, 'host' | 'settings'>,
): CallInbox {
  const { closing } = host;
  const { deadline, sending } = context;
  const given = new AbortController();

  /** @throws CallError if the account hears nothing, or shows only a part of itself. */
  function inbox(): AccountInbox {
    const own = inboxOf({ host, settings });
    if (own === undefined)
      throw callError('not_configured', failure, {
        message: 'This account does not hear what its contacts write',
        source: 'client',
      });
    if (!showsMessages(settings))
      throw callError('permission_denied', failure, {
        message: 'You may use some of the connections of this account, and its messages are those of all',
        source: 'client',
      });
    return own;
  }

  /** Gives messages back once it is clear that the client does not get them. */
  function watchDelivery(reader: InboxReader, messages: readonly string[]): void {
    const own = inbox();
    const { delivery } = sending;
    let isSettled = false;
    const settle = (): boolean => {
      const isFirst = !isSettled;
      isSettled = true;
      closing.removeEventListener('abort', back);
      return isFirst;
    };
    // What cannot be given back is handed out again when its time is over.
    const back = (): void => void (settle() && own.giveBack(reader, messages).catch(() => undefined));
    given.signal.addEventListener('abort', back, { once: true });
    closing.addEventListener('abort', back, { once: true });
    delivery.whenCancelled?.then(back);
    delivery.whenAnswered?.then(settle);
    if (delivery.cancelled || closing.aborted) back();
  }

  const sameAnswer = (found: Extract<Answering, { state: 'refused' }>, answer: object): boolean =>
    ['draft', 'inline', 'late', 'sent', 'writing', 'written'].includes(found.why) &&
    found.message?.answer !== undefined &&
    fingerprintOf(found.message.answer) === fingerprintOf(answer);

  const steps: InboxSteps = {
    async take({ consumer, done, limit, waitMs }) {
      const reader = readerOf(principal, consumer);
      const messages = await inbox().take({ reader, limit, done, waitMs }, deadline.stop);
      const ids = messages.map(({ id }) => id);
      if (ids.length > 0) watchDelivery(reader, ids);
      if (deadline.cancelled.aborted) throw stopError(deadline, 'unsent', failure, host.clock.now());
      return messages;
    },
    list: async (filter) => inbox().list(filter),
    async answer(message, answer): Promise<AnswerClaim> {
      const own = inbox();
      // Its address would lead nowhere.
      if (host.callbacks === undefined && 'data' in answer && hasCallbackMarker(answer.data))
        throw callError('invalid_content', failure, {
          message: 'data: has a callback to this server, which ManyChat cannot reach',
          hint: `Nothing was done. Answer without a callback. ${operatorDoes('can set --public-url.', settings.reader)}`,
          source: 'client',
        });
      if (settings.policy.dryRun) return { state: 'none' };
      const found = await own.answer(message, answer, approved, deadline.stop).catch((error: unknown) => {
        throw deadline.stop.aborted && !(error instanceof CallError)
          ? stopError(deadline, 'refused', failure, host.clock.now())
          : error;
      });
      if (found.state === 'refused') return { ...found, same: sameAnswer(found, answer) };
      if (found.state !== 'late') return found;
      const { id, contact, channel } = found.message;
      const callback = host.callbacks?.of(settings.name, { id, contact, channel });
      return {
        ...found,
        fill: (data) => (callback === undefined ? data : asObject(fillCallbacks(data, callback))),
        async settle(outcome) {
          const noted = new AbortController();
          const end = (): void => noted.abort();
          found.settle(outcome).then(end, end);
          await sleep(host.clock, noteMs, noted.signal);
        },
      };
    },
    async forget(contact) {
      const own = inbox();
      return settings.policy.dryRun ? undefined : own.forget(contact);
    },
    template: settings.inbound?.whatsapp,
  };
  return { steps, failed: () => given.abort() };
}
