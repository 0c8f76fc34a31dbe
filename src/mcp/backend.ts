import type { McpRequestContext } from '@modelcontextprotocol/server';
import { resources } from '../../tools/guidance/resources.js';
import type { Account } from '../account/account.js';
import type { ToolCaller, ToolRefuser } from '../account/call/call-tool.js';
import { plainTool, type Tool } from '../account/policy/tool.js';
import type { RequestState } from '../account/request-state/request-state.js';
import { type Completer, createCompleter } from './guidance/completion.js';
import { createQuestionPreparer, type PrepareQuestion } from './interaction/prepare-question.js';

/** What an MCP server delegates to. Lists do not need it, so it is opened with the first call. */
export interface Backend {
  /**
   * Finds a tool that the account is offered.
   * @throws if it is not: the server only asks for what it has listed for the account.
   */
  tool(name: string): Tool;
  /** The content of a resource, or the tool that reads it. */
  resource(uri: string): { readonly markdown: string } | { readonly tool: Tool };
  readonly call: ToolCaller;
  readonly refuse: ToolRefuser;
  readonly complete: Completer;
  readonly prepareQuestion: PrepareQuestion;
  /** Calls back when contacts have written. Absent if the caller may not see that. */
  readonly watchMessages?: Account['watchMessages'];
  /** The name of the account, if calls choose from several. */
  readonly account: string | undefined;
  /** Identifies the caller and the account. Request state is bound to it. */
  readonly principal: string;
  readonly requestState: RequestState;
}

/**
 * Opens a backend for the client that a request context describes.
 * @param account one of the names in the offer. Undefined with one account, which has no name. Where calls choose from
 * several, undefined is for what concerns none of them: such a backend reaches no account.
 */
export type OpenBackend = (context: McpRequestContext, account?: string) => Promise<Backend>;

/** Opens a backend for the client that is served. */
export type Open = (account?: string) => Promise<Backend>;

/** What a backend is opened with. */
export interface BackendParts {
  readonly requestState: RequestState;
  /** Identifies the caller. */
  readonly principal: string;
  /** The name of the account, if calls choose from several. */
  readonly account?: string | undefined;
  /** Milliseconds since any fixed point. */
  readonly now: () => number;
}

/** @throws if it is undefined: the server only asks for what it has listed. */
function offered<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('not offered');
  return thing;
}

/** Opens the backend of one account. */
export function openBackend(
  { tools, call, refuse, pipeline, settings, redactor, watchMessages }: Account,
  { requestState, principal, account, now }: BackendParts,
): Backend {
  const prepare = createQuestionPreparer({ pipeline, settings, principal, account, now });
  return {
    tool: (name) => offered(tools.find(({ declaration }) => declaration.name === name)),
    resource(uri) {
      const { content } = offered(resources.find((each) => each.uri === uri));
      return 'markdown' in content ? content : { tool: plainTool(content.tool) };
    },
    call: (tool, given, side) => call(tool, given, { ...side, principal }),
    refuse: (tool, failure, rule, request) => refuse(tool, failure, rule, request, principal),
    complete: createCompleter(call, now),
    async prepareQuestion(tool, input, signal) {
      const prepared = await prepare(tool, input, signal);
      return prepared !== undefined && 'text' in prepared
        ? { ...prepared, text: redactor.withoutKeys(prepared.text) }
        : prepared;
    },
    watchMessages,
    account,
    // What a user has confirmed for one account holds for no other, even if both use one key.
    principal: JSON.stringify([principal, settings.identity, account ?? null]),
    requestState,
  };
}
