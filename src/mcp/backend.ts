import type { McpRequestContext } from '@modelcontextprotocol/server';
import { resources } from '../../tools/guidance/resources.js';
import { openRuntime } from '../account/account.js';
import type { ToolCaller } from '../account/call/call-tool.js';
import type { OpenLog } from '../account/log.js';
import { plainTool, type Tool } from '../account/policy/tool.js';
import type { RequestState } from '../account/request-state.js';
import type { Config } from '../config/config.js';
import { type Completer, createCompleter } from './completion.js';
import { type Asker, createQuestionPreparer } from './interaction/prepare-question.js';

/** What a server answers with beyond its lists. */
export interface Backend {
  /** As it was read, or pointed to the embedded sandbox. */
  readonly config: Config;
  /** An offered tool by its name. */
  tool(name: string): Tool;
  /** What a resource holds, or the tool that reads it. */
  resource(uri: string): { readonly markdown: string } | { readonly tool: Tool };
  readonly call: ToolCaller;
  readonly complete: Completer;
  /** Who calls; a request state of one principal is refused to another. */
  readonly principal: string;
  readonly requestState: RequestState;
  /** What the user is asked before a call. */
  readonly asker: Asker;
  close(): Promise<void>;
}

/** Opens the backend for a client, which the SDK's context of the request describes. */
export type OpenBackend = (context: McpRequestContext) => Promise<Backend>;

/** What a backend is opened with. */
export interface BackendParts {
  readonly log: OpenLog;
  readonly requestState: RequestState;
  readonly principal: string;
  /** Aborts the calls that are open. */
  readonly ending: AbortSignal;
  /** Milliseconds, from any fixed point. */
  readonly now: () => number;
}

/** @throws for what is not offered: the server asks for what it has listed. */
function found<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('it is not offered');
  return thing;
}

/** Opens the backend of one account. */
export async function openBackend(
  settings: Config,
  { log, requestState, principal, ending, now }: BackendParts,
): Promise<Backend> {
  const { config, tools, call: callTool, gateway, redactor, close } = await openRuntime(settings, log);
  const asker = createQuestionPreparer({ gateway, settings: config.account, now });
  const call: ToolCaller = (tool, given, side) =>
    callTool(tool, given, { ...side, signal: AbortSignal.any([side.signal, ending]) });
  return {
    config,
    tool: (name) => found(tools.find(({ declaration }) => declaration.name === name)),
    resource(uri) {
      const { content } = found(resources.find((each) => each.uri === uri));
      return 'markdown' in content ? content : { tool: plainTool(content.endpoint) };
    },
    call,
    complete: createCompleter(call, now),
    principal,
    requestState,
    asker: {
      async prepare(tool, given, signal) {
        const prepared = await asker.prepare(tool, given, AbortSignal.any([signal, ending]));
        return prepared !== undefined && 'text' in prepared
          ? { ...prepared, text: redactor.withoutKeys(prepared.text) }
          : prepared;
      },
    },
    close,
  };
}
