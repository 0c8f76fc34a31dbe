import { afterAll, beforeAll } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, type CallerParts, createCaller } from './caller.js';
import { through } from './program.js';

/** A sandbox without rate limits and a caller pinned to its connection, for the tests of the block this stands in. */
export function useSandbox(parts: Partial<CallerParts>): { readonly sandbox: Sandbox; readonly caller: Caller } {
  let running: { sandbox: Sandbox; caller: Caller } | undefined;
  beforeAll(async () => {
    const sandbox = await startSandbox({ limits: false });
    const environment = { ...through(sandbox.url, sandbox.matonKey), MATON_CONNECTION_ID: sandbox.connectionId };
    running = { sandbox, caller: createCaller(environment, parts) };
  });
  afterAll(async () => {
    await running?.caller.close();
    await running?.sandbox.close();
  });
  const current = () => {
    if (running === undefined) throw new Error('the sandbox runs within tests only');
    return running;
  };
  return {
    get sandbox() {
      return current().sandbox;
    },
    get caller() {
      return current().caller;
    },
  };
}
