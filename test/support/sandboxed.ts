import { afterAll, beforeAll } from 'vitest';
import { type Fault, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import type { Result } from '../../tools/endpoint.js';
import type { Failure } from '../../tools/failure.js';
import { type Caller, type CallerParts, createCaller } from './caller.js';
import { through } from './program.js';

/** A sandbox and a caller that is pinned to its connection. */
export interface UsedSandbox {
  readonly sandbox: Sandbox;
  readonly caller: Caller;
  /** The result of a call that must succeed. */
  result(tool: string, args?: object): Promise<Result>;
  /** The failure of a call that must fail. */
  failure(tool: string, args?: object): Promise<Failure>;
  /** The last words of the paths requested so far. */
  paths(): (string | undefined)[];
  /** How often a path that ends with this word was requested. */
  countOf(word: string): number;
}

/** An answer that is lost on the way, the request carried out or not. */
export const lost = (path: string, perform: boolean): Fault => ({
  match: { path },
  reset: 'before_headers',
  perform,
});

/** A sandbox without rate limits and its caller, for the tests of the block this stands in. */
export function useSandbox(parts: Partial<CallerParts> = {}): UsedSandbox {
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
  const paths = () =>
    current()
      .sandbox.requests()
      .map(({ path }) => path.split('/').at(-1));
  return {
    get sandbox() {
      return current().sandbox;
    },
    get caller() {
      return current().caller;
    },
    async result(tool, args) {
      const outcome = await current().caller.call(tool, args);
      if (!outcome.ok) throw new Error(`${tool} failed: ${JSON.stringify(outcome.failure)}`);
      return outcome.result;
    },
    async failure(tool, args) {
      const outcome = await current().caller.call(tool, args);
      if (outcome.ok) throw new Error(`${tool} succeeded: ${JSON.stringify(outcome.result)}`);
      return outcome.failure;
    },
    paths,
    countOf: (word) => paths().filter((path) => path === word).length,
  };
}
