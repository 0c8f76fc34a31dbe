import type { Outcome, ToolCaller } from '../../src/account/call/call-tool.js';
import { offeredTools } from '../../src/account/policy/tool.js';
import type { Backend } from '../../src/mcp/backend.js';
import { createRequestState } from '../../src/mcp/interaction/request-state.js';
import { declarations } from '../../tools/index.js';
import { configOf } from './config.js';

/** The configuration of a backend that calls nothing. */
export const backendConfig = configOf({ MATON_API_KEY: 'k', MATON_CONNECTION_ID: 'c' });

const tools = new Map(
  offeredTools(declarations, backendConfig.account).map((tool) => [String(tool.declaration.name), tool]),
);

/** Answers each call with the outcome for its tool, and records the names of the tools. */
export function scriptedCalls(outcomes: Readonly<Record<string, Outcome>>): { call: ToolCaller; called: string[] } {
  const called: string[] = [];
  return {
    called,
    async call({ declaration: { name } }) {
      called.push(name);
      const outcome = outcomes[name];
      if (outcome === undefined) throw new Error(`no outcome for ${name}`);
      return outcome;
    },
  };
}

/** A backend that asks "Go?" before each call that needs confirmation. */
export function backendOf(parts: Pick<Backend, 'call'> & Partial<Backend>): Backend {
  return {
    refuse: (_, failure) => failure,
    account: undefined,
    principal: 'local',
    requestState: createRequestState(),
    tool(name) {
      const tool = tools.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return tool;
    },
    resource: () => ({ markdown: '' }),
    complete: async () => [],
    prepareQuestion: async () => ({ text: 'Go?', connectionId: 'c', deadlineMs: 1_000, names: [] }),
    ...parts,
  };
}
