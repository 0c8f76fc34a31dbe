import type { AccountInbox, AnswerContent, Holder } from '../account/inbox/inbox.js';
import { StoreAway } from '../store/shared-store.js';
import { type Clock, sleep, timeout } from '../upstream/clock.js';
import { linkSignals } from '../upstream/linked-signal.js';

/** An answer that is to be written into the response. It counts as `unknown` until it is confirmed. */
export interface HeldAnswer {
  readonly content: AnswerContent;
  /** Confirms it when the response is written; it counts as not written if the client goes away before. */
  follow(gone: AbortSignal, written: Promise<void> | undefined): void;
  /** Confirms that it was not written. */
  failed(): void;
}

/** How an answer is waited for. */
interface HoldOptions {
  readonly clock: Clock;
  /** When the wait ends, by the clock. */
  readonly until: number;
  /** Each ends the wait. */
  readonly signals: readonly AbortSignal[];
}

/** How long the store may take to let go of a wait that has ended, in milliseconds. */
const graceMs = 300;

/** Waits for the answer to a message. Undefined: there is none, in time. */
export async function hold(
  inbox: AccountInbox,
  message: string,
  holder: Holder,
  { clock, until, signals }: HoldOptions,
): Promise<HeldAnswer | undefined> {
  const { signal: late, cancel } = timeout(clock, Math.max(0, until - clock.now()));
  const { signal: stop, unlink } = linkSignals(late, ...signals);
  const ended = new AbortController();
  const confirm = (isWritten: boolean): void => {
    // An answer that cannot be confirmed, because the store is away, stays unknown.
    inbox.confirm(message, holder, isWritten).catch(() => undefined);
  };
  const answering = inbox.heldAnswer(message, holder, stop).catch((error: unknown) => {
    if (error instanceof StoreAway || stop.aborted) return undefined;
    throw error;
  });
  const over = new Promise<void>((resolve) => {
    if (stop.aborted) resolve(sleep(clock, graceMs, ended.signal));
    else stop.addEventListener('abort', () => resolve(sleep(clock, graceMs, ended.signal)), { once: true });
  });
  try {
    const content = await Promise.race([answering, over.then(() => 'over' as const)]);
    if (content === 'over') {
      // The response is already written without it.
      void answering.then((found) => found && confirm(false)).catch(() => undefined);
      return undefined;
    }
    return (
      content && {
        content,
        follow(left, written = Promise.resolve()) {
          let isConfirmed = false;
          const end = (isWritten: boolean): void => {
            if (isConfirmed) return;
            isConfirmed = true;
            left.removeEventListener('abort', onLeft);
            confirm(isWritten);
          };
          const onLeft = (): void => end(false);
          if (left.aborted) return end(false);
          left.addEventListener('abort', onLeft, { once: true });
          void written.then(() => end(true));
        },
        failed: () => confirm(false),
      }
    );
  } finally {
    cancel();
    unlink();
    ended.abort();
  }
}
