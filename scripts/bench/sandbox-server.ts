/*
 * The sandbox with its limits in a process of its own, so that a busy client does not delay the counting of requests. It
 * sends its address to its parent, and the list of requests in reply to any message.
 */
import { startSandbox } from '../../src/sandbox/index.js';

/** How to reach the sandbox. */
export interface Address {
  readonly url: string;
  readonly key: string;
  readonly connectionId: string;
}

/** Arrival time of a request in milliseconds, and the status of its response. */
export interface Seen {
  readonly at: number;
  readonly status: number | null;
}

const sandbox = await startSandbox();
process.on('message', () => {
  process.send?.(sandbox.requests().map(({ time, status }): Seen => ({ at: Date.parse(time), status })));
});
process.once('disconnect', () => process.exit());
const address: Address = { url: sandbox.url, key: sandbox.matonKey, connectionId: sandbox.connectionId };
process.send?.(address);
