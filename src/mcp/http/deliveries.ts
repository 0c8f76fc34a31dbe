import { isObject } from '../../../tools/contract/json.js';
import { type Delivery, ownDelivery } from '../../account/send-guard/delivery.js';

/** How the answers of the calls in requests reach their clients. */
export interface RequestDeliveries {
  /**
   * The delivery of the calls in a request; undefined if it makes none.
   * @param written resolves when the response is written; absent if that will not be known.
   */
  open(principal: string, message: unknown, request: Request, written: Promise<void> | undefined): Delivery | undefined;
}

const messagesIn = (message: unknown): Readonly<Record<string, unknown>>[] =>
  [message].flat().flatMap((each) => (isObject(each) ? [each] : []));

/**
 * Tracks deliveries over HTTP. A client of 2026-07-28 cancels by closing the response, which aborts the signal of its
 * request. An older one sends a notification with the id of its request, which another client of the same principal can
 * have used as well: the call goes on, but its answer does not count as delivered, so that repeating it sends nothing again.
 * @param now milliseconds since any fixed point.
 */
export function createRequestDeliveries(now: () => number): RequestDeliveries {
  const open = new Map<string, Set<() => void>>();

  function cancel(principal: string, params: unknown): void {
    if (!isObject(params)) return;
    for (const mark of open.get(JSON.stringify([principal, params.requestId])) ?? []) mark();
  }

  function track(principal: string, id: unknown, mark: () => void, request: Request, written: Promise<void>): void {
    const key = JSON.stringify([principal, id]);
    const marks = open.get(key) ?? new Set();
    open.set(key, marks.add(mark));
    const forget = (): void => {
      marks.delete(mark);
      if (marks.size === 0) open.delete(key);
    };
    written.then(forget, forget);
    request.signal.addEventListener('abort', forget, { once: true });
  }

  return {
    open(principal, message, request, written) {
      const messages = messagesIn(message);
      for (const { method, params } of messages) if (method === 'notifications/cancelled') cancel(principal, params);
      const calls = messages.filter(({ method, id }) => method === 'tools/call' && id !== undefined);
      if (calls.length === 0) return undefined;
      const cancelled = new AbortController();
      const mark = (): void => cancelled.abort();
      // Not AbortSignal.any: Node.js keeps such a signal as long as anything listens to it.
      if (request.signal.aborted) mark();
      else request.signal.addEventListener('abort', mark, { once: true });
      const { delivery, answered } = ownDelivery(now, cancelled.signal);
      if (written === undefined) return delivery;
      for (const { id } of calls) track(principal, id, mark, request, written);
      written.then(answered, () => undefined);
      return delivery;
    },
  };
}
