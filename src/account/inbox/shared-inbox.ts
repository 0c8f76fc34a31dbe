import { createHash, randomBytes } from 'node:crypto';
import { explore } from '../../store/exploring.js';
import { createReports } from '../../store/reports.js';
import { type Document, type SharedStore, StoreAway } from '../../store/shared-store.js';
import { type Clock, sleep } from '../../upstream/clock.js';
import { linkSignals } from '../../upstream/linked-signal.js';
import {
  abandonClaim,
  type Claimed,
  claim,
  confirmHeld,
  endHold,
  followClaim,
  giveUp,
  leaveUnknown,
  lookHeld,
  type Progress,
  rejectDraft,
  settleLate,
} from './answer.js';
import { contactDocument, draftsDocument, headDocument, messageDocument } from './documents.js';
import { drafts, forgetPage, list, noteSent } from './history.js';
import type { AccountInbox, Answering, Inbox, LateOutcome } from './inbox.js';
import { giveBack, take } from './queue.js';
import { receive } from './receive.js';

/** The longest that something is waited for without looking again, in milliseconds: notices can be lost. */
const lookEveryMs = 2_000;

/** How long it is tried to note an outcome, in milliseconds. After that it counts as unknown. */
const noteMs = 600_000;

const random = (): string => randomBytes(9).toString('base64url');

/** The scope of an account's messages: two accounts of one key have different names. */
export const inboxScope = ({
  identity,
  name,
}: {
  readonly identity: string;
  readonly name?: string | undefined;
}): string =>
  createHash('sha256')
    .update(JSON.stringify([identity, name ?? null]))
    .digest('base64url');

/** Something that is waited for: a document that others change. */
function changesOf(store: SharedStore, clock: Clock, document: Document<unknown>, signal: AbortSignal) {
  let notice = new AbortController();
  const end = store.watch(document, () => notice.abort());
  return {
    /** Resolves after a change since the last call, or after so many milliseconds, or on abort. */
    async next(milliseconds: number): Promise<void> {
      const { signal: wake, unlink } = linkSignals(signal, notice.signal);
      await sleep(clock, Math.max(0, Math.min(milliseconds, lookEveryMs)), wake);
      unlink();
      notice = new AbortController();
    },
    end,
  };
}

/** Creates an inbox over a store: the rules are the same whatever the engine. It closes the store. */
export function createSharedInbox(store: SharedStore, clock: Clock): Inbox {
  const reports = createReports(clock);
  const closing = new AbortController();

  function of(scope: string): AccountInbox {
    const head = headDocument(scope);
    const message = (id: string) => messageDocument(scope, id);

    /** Waits until the request that a claim counts on has written the answer, or has not. */
    async function written(id: string, claimId: string, signal: AbortSignal): Promise<Progress> {
      const changes = changesOf(store, clock, message(id), signal);
      try {
        for (;;) {
          const progress = await explore(store, [message(id)], (transaction) =>
            followClaim(transaction, scope, id, claimId),
          );
          if (progress.state !== 'waiting') return progress;
          await changes.next(progress.forMs);
          if (!signal.aborted) continue;
          const gone = await explore(store, [message(id)], (transaction) => giveUp(transaction, scope, id, claimId));
          if (gone) signal.throwIfAborted();
          // It is being written, which takes a moment only.
          return { state: 'unknown' };
        }
      } finally {
        changes.end();
      }
    }

    function settle(id: string, claimId: string, outcome: LateOutcome): Promise<void> {
      const note = () =>
        explore(store, [message(id), head], (transaction) => settleLate(transaction, scope, id, claimId, outcome));
      return reports.make(note, noteMs);
    }

    /**
     * Gives up a claim that can stand although nobody knows of it, so that the message can be answered again. False: that was
     * not possible within a second, or the request writes the answer. Then the answer is unknown, and stays that.
     */
    async function abandon(id: string, claimId: string): Promise<boolean> {
      let isGivenUp = false;
      let isOver = false;
      const look = (change: typeof abandonClaim) =>
        explore(store, [message(id), head], (transaction) => change(transaction, scope, id, claimId));
      await reports.make(async () => {
        if (!isOver) isGivenUp = await look(abandonClaim);
        if (isOver) await look(leaveUnknown);
      }, noteMs);
      isOver = true;
      return isGivenUp;
    }

    const answering = (id: string, claimId: string, found: Claimed | Progress): Answering => {
      if (found.state === 'late') return { ...found, settle: (outcome: LateOutcome) => settle(id, claimId, outcome) };
      if (found.state === 'refused') return found;
      return { state: found.state === 'waiting' || found.state === 'inline' ? 'unknown' : found.state };
    };

    return {
      receive(arrival, rules) {
        const number = random();
        return explore(store, [head, contactDocument(scope, arrival.contact)], (transaction) =>
          receive(transaction, scope, arrival, rules, number),
        );
      },
      async heldAnswer(id, holder, signal) {
        const { signal: stop, unlink } = linkSignals(signal, closing.signal);
        const changes = changesOf(store, clock, message(id), stop);
        try {
          while (!stop.aborted) {
            const found = await explore(store, [message(id)], (transaction) =>
              lookHeld(transaction, scope, id, holder.id),
            );
            if (found.state === 'write') return found.content;
            if (found.state === 'over') return undefined;
            await changes.next(found.until - found.now);
          }
          await explore(store, [message(id)], (transaction) => endHold(transaction, scope, id, holder.id));
          return undefined;
        } finally {
          changes.end();
          unlink();
        }
      },
      confirm(id, holder, isWritten) {
        const note = () =>
          explore(store, [message(id), head], (transaction) =>
            confirmHeld(transaction, scope, id, holder.id, isWritten),
          );
        return reports.make(note, noteMs);
      },
      async take({ done, waitMs, ...asked }, signal) {
        const { signal: stop, unlink } = linkSignals(signal, closing.signal);
        const changes = changesOf(store, clock, head, stop);
        const end = clock.now() + waitMs;
        try {
          for (let finished = done; ; finished = []) {
            if (stop.aborted) return [];
            const noted = finished;
            const { messages, moreAt, now } = await explore(
              store,
              [head],
              (transaction) => take(transaction, scope, { ...asked, done: noted }),
              stop,
            );
            const ids = messages.map(({ id }) => id);
            if (stop.aborted && ids.length > 0) {
              await explore(store, [head], (transaction) => giveBack(transaction, scope, asked.reader, ids));
              return [];
            }
            const left = end - clock.now();
            if (messages.length > 0 || left <= 0) return messages;
            await changes.next(Math.min(left, moreAt === undefined ? left : moreAt - now));
          }
        } catch (error) {
          if (stop.aborted) return [];
          throw error;
        } finally {
          changes.end();
          unlink();
        }
      },
      giveBack: (reader, ids) => explore(store, [head], (transaction) => giveBack(transaction, scope, reader, ids)),
      list: (filter) => explore(store, [head], (transaction) => list(transaction, scope, filter)),
      async answer(id, content, approved, signal) {
        const claimId = random();
        try {
          const found = await explore(store, [message(id)], (transaction) =>
            claim(transaction, scope, id, { id: claimId, content, approved }),
          );
          if (found.state !== 'inline') return answering(id, claimId, found);
          return answering(id, claimId, await written(id, claimId, signal));
        } catch (error) {
          if (!(error instanceof StoreAway) || (await abandon(id, claimId))) throw error;
          return { state: 'unknown' };
        }
      },
      drafts: () => explore(store, [draftsDocument(scope)], (transaction) => drafts(transaction, scope)),
      reject: (id) => explore(store, [message(id), head], (transaction) => rejectDraft(transaction, scope, id)),
      noteSent(contact, sent) {
        const number = random();
        return explore(store, [head, contactDocument(scope, contact)], (transaction) =>
          noteSent(transaction, scope, contact, sent, number),
        );
      },
      async forget(contact) {
        for (let erased = 0; ; ) {
          const count = await explore(store, [head, contactDocument(scope, contact)], (transaction) =>
            forgetPage(transaction, scope, contact),
          );
          if (count === undefined) return erased;
          erased += count;
        }
      },
      watch: (changed) => store.watch(head, changed),
    };
  }

  return {
    of,
    async close() {
      closing.abort();
      await reports.close();
      await store.close();
    },
  };
}
