import type { Endpoint, Result } from '../tools/endpoint.js';
import { getSubscriber } from '../tools/subscribers.js';
import { reachability } from '../tools/window.js';
import { CallError, type Kind } from './errors.js';

/** Refusals of a send whose reason lies with the contact. */
const aboutContact: ReadonlySet<Kind> = new Set([
  'window_closed',
  'otn_unavailable',
  'channel_refused',
  'subscriber_inactive',
  'message_tag_refused',
]);

/**
 * Adds to a refused send what the contact's data says: when it wrote last and by which channels it is known. One read
 * more, which may fail or come too late without harm.
 * @param now milliseconds since 1970.
 */
export async function explained(
  error: CallError,
  endpoint: Endpoint,
  input: Result,
  read: (endpoint: Endpoint, input: Result) => Promise<Result>,
  now: () => number,
): Promise<CallError> {
  const { failure, reach } = error;
  const { subscriber_id: id } = input;
  if (endpoint.effect !== 'send' || id === undefined || !aboutContact.has(failure.kind)) return error;
  try {
    const { subscriber } = await read(getSubscriber, { subscriber_id: id });
    return new CallError(
      { ...failure, details: [...(failure.details ?? []), ...reachability(subscriber, now())] },
      reach,
    );
  } catch {
    return error;
  }
}
