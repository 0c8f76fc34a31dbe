import { isObject } from '../../../tools/contract/json.js';

/** How the answer of a call reached its caller. Times are milliseconds of the clock that it was created with. */
export interface Delivery {
  /** When the call's frame was read. */
  readonly arrivedAt: number;
  /** When the response frame was handed to the transport; undefined while the call is open. */
  readonly answeredAt: number | undefined;
  /** Whether the caller cancelled the call before it was answered. */
  readonly cancelled: boolean;
  /** Resolves when the call is answered; absent if that will not be known. */
  readonly whenAnswered?: Promise<void>;
  /** Resolves when the caller cancels the call before it is answered; absent if that will not be known. */
  readonly whenCancelled?: Promise<void>;
}

/** What happens to a call, as promises, and the functions that resolve them. */
function deliveryEvents() {
  let answered = (): void => undefined;
  let cancelled = (): void => undefined;
  const whenAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const whenCancelled = new Promise<void>((resolve) => {
    cancelled = resolve;
  });
  return { events: { whenAnswered, whenCancelled }, answered, cancelled };
}

/** The delivery of a call without frames: it is answered as soon as its outcome is known. */
export function ownDelivery(now: () => number, signal: AbortSignal): { delivery: Delivery; answered: () => void } {
  let answeredAt: number | undefined;
  let cancelled = signal.aborted;
  const { events, ...resolve } = deliveryEvents();
  const cancel = (): void => {
    cancelled = true;
    resolve.cancelled();
  };
  if (cancelled) resolve.cancelled();
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
      ...events,
    },
    answered() {
      answeredAt = now();
      resolve.answered();
      signal.removeEventListener('abort', cancel);
    },
  };
}

/** The delivery of a call that may never be answered. */
export const unanswered = (arrivedAt: number): Delivery => ({ arrivedAt, answeredAt: undefined, cancelled: false });

/** The delivery of a read that this program makes for itself: no caller waits for it. */
export const nobody: Delivery = unanswered(0);

/** The parts of a frame that matter here. */
interface Frame {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** Watches the frames of one connection for tool calls, their answers and their cancellation. */
export interface Deliveries {
  /** Notes a frame that was read. */
  read(frame: Frame): void;
  /** Notes a frame that is being written; `sent` resolves when the transport has it. */
  write(frame: Frame, sent: Promise<void>): void;
  /** The delivery of an open call. */
  of(requestId: unknown): Delivery | undefined;
}

/**
 * The maximum number of open calls. Some are never answered, for example cancelled ones; the oldest are dropped first. A
 * delivery that is dropped while its call is open stays unanswered.
 */
const maxOpen = 10_000;

type Changing = { -readonly [Key in keyof Delivery]: Delivery[Key] };

/**
 * Tracks how the answers of tool calls reach their caller.
 * @param now milliseconds since any fixed point.
 */
export function trackDeliveries(now: () => number): Deliveries {
  // A Map distinguishes the ids 1 and "1", as the protocol does.
  const open = new Map<unknown, Changing>();
  /** What resolves the events of each. */
  const resolvers = new WeakMap<Delivery, Pick<ReturnType<typeof deliveryEvents>, 'answered' | 'cancelled'>>();
  /** Ids that several open calls share: an answer cannot be matched to one of them. */
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
    const { events, ...resolve } = deliveryEvents();
    const delivery = { arrivedAt: now(), answeredAt: undefined, cancelled: false, ...events };
    open.set(id, delivery);
    resolvers.set(delivery, resolve);
    const [oldest] = open.keys();
    if (open.size > maxOpen) forget(oldest);
  }

  return {
    read({ id, method, params }) {
      if (method === 'tools/call' && id !== undefined) arrived(id);
      if (method !== 'notifications/cancelled' || id !== undefined) return;
      const delivery = isObject(params) ? open.get(params.requestId) : undefined;
      // The entry stays: the call may not have started.
      if (delivery === undefined) return;
      delivery.cancelled = true;
      resolvers.get(delivery)?.cancelled();
    },
    write({ id, method }, sent) {
      if (id === undefined || method !== undefined) return;
      const delivery = shared.has(id) ? undefined : open.get(id);
      // From now on the caller may reuse the id.
      forget(id);
      if (delivery === undefined) return;
      sent.then(
        () => {
          delivery.answeredAt = now();
          resolvers.get(delivery)?.answered();
        },
        // A response that could not be written was not delivered.
        () => undefined,
      );
    },
    of: (requestId) => open.get(requestId),
  };
}
