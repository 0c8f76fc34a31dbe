/*
 * The sandbox with its limits, in a process of its own: what keeps the client busy must not delay the moments at which
 * requests are counted. It tells its parent where it listens and, asked anything, which requests came.
 */
import { startSandbox } from '../../src/sandbox/index.js';

/** How to reach the sandbox. */
export interface Address {
  readonly url: string;
  readonly key: string;
  readonly connectionId: string;
}

/** When a request came, in milliseconds, and how it was answered. */
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
