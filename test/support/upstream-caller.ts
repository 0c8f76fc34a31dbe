import { afterAll, beforeAll } from 'vitest';
import { type Caller, callerThrough } from './caller.js';
import { startUpstream, type Upstream } from './upstream.js';

/** A server whose replies a test chooses, and a caller of tools through it, for all tests of a file. */
export function useUpstream(): { readonly upstream: Upstream; readonly caller: Caller } {
  let upstream: Upstream;
  let caller: Caller;
  beforeAll(async () => {
    upstream = await startUpstream();
    caller = callerThrough(upstream.url);
  });
  afterAll(async () => {
    await caller.close();
    await upstream.close();
  });
  return {
    get upstream() {
      return upstream;
    },
    get caller() {
      return caller;
    },
  };
}
