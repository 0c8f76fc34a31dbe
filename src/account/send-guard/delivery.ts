import { isObject } from '../../../tools/contract/json.js';

/** How a call's answer reached its caller. Times are milliseconds of the clock it was made with. */
export interface Delivery {
  /** When the call's frame was read. */
  readonly arrivedAt: number;
  /** When the response frame had reached the transport; undefined while the call is open. */
  readonly answeredAt: number | undefined;
  /** Whether the caller cancelled the call before it was answered. */
  readonly cancelled: boolean;
}

/** The delivery of a call that has no frames: it is answered when its outcome is there. */
export function ownDelivery(now: () => number, signal: AbortSignal): { delivery: Delivery; answered: () => void } {
  let answeredAt: number | undefined;
  let cancelled = signal.aborted;
  const cancel = (): void => {
    cancelled = true;
  };
  signal.addEventListener('abort', cancel, { once: true });
  return {
    delivery: {
      arrivedAt: now(),
      get answeredAt() {
        return answeredAt;
      },
      get cancelled() {
        return cancelled;
      },
    },
    answered() {
      answeredAt = now();
      signal.removeEventListener('abort', cancel);
    },
  };
}

/** The delivery of a call of which nobody can tell whether it will be answered. */
export const unanswered = (arrivedAt: number): Delivery => ({ arrivedAt, answeredAt: undefined, cancelled: false });

/** The delivery of a read of our own, whose answer no caller waits for. */
export const nobody: Delivery = unanswered(0);

/** What is looked at in a frame. */
interface Frame {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** Watches the frames of one connection for tool calls, their answers and their cancellation. */
export interface Deliveries {
  /** Takes note of a frame that was read. */
  read(frame: Frame): void;
  /** Takes note of a frame that is being written; `sent` resolves when the transport has it. */
  write(frame: Frame, sent: Promise<void>): void;
  /** The delivery of a call that was read and is not answered yet. */
  of(requestId: unknown): Delivery | undefined;
}

/**
 * Calls that are kept in mind at once. Some are never answered, such as those that were cancelled; the oldest go first.
 * A delivery that is forgotten while its call is open stays unanswered.
 */
const maxOpen = 10_000;

type Changing = { -readonly [Key in keyof Delivery]: Delivery[Key] };

/**
 * Tells how the answers of tool calls reach their caller.
 * @param now milliseconds, from any fixed point.
 */
export function trackDeliveries(now: () => number): Deliveries {
  // A Map tells the id 1 from the id "1", as the protocol does.
  const open = new Map<unknown, Changing>();
  /** Ids of several open calls: nobody can tell which of them an answer is for. */
  const shared = new Set<unknown>();

  function forget(id: unknown): void {
    open.delete(id);
    shared.delete(id);
  }

  function arrived(id: unknown): void {
    const same = open.get(id);
    const isShared = same !== undefined && !same.cancelled;
    forget(id);
    if (isShared) shared.add(id);
    open.set(id, { arrivedAt: now(), answeredAt: undefined, cancelled: false });
    const [oldest] = open.keys();
    if (open.size > maxOpen) forget(oldest);
  }

  return {
    read({ id, method, params }) {
      if (method === 'tools/call' && id !== undefined) arrived(id);
      if (method !== 'notifications/cancelled' || id !== undefined) return;
      const delivery = isObject(params) ? open.get(params.requestId) : undefined;
      // It stays in mind: its call may not have been begun.
      if (delivery !== undefined) delivery.cancelled = true;
    },
    write({ id, method }, sent) {
      if (id === undefined || method !== undefined) return;
      const delivery = shared.has(id) ? undefined : open.get(id);
      // From here on the caller may use the id again.
      forget(id);
      if (delivery === undefined) return;
      sent.then(
        () => {
          delivery.answeredAt = now();
        },
        // What could not be written was not answered.
        () => undefined,
      );
    },
    of: (requestId) => open.get(requestId),
  };
}
