import type { ServerContext } from '@modelcontextprotocol/server';

/** How long a user may take to answer, in seconds. */
export const answerSeconds = 600;

/** The request of the client that a question belongs to. */
export type McpRequest = ServerContext['mcpReq'];

/**
 * Whether the client speaks the 2026-07-28 revision, where a question is the result of a call and its answer comes with
 * a second call. If such a client fails to ask, the error stays on its side: no second call comes and nothing is done.
 */
export const usesInputRequired = ({ envelope }: McpRequest): boolean => envelope !== undefined;

/**
 * Asks with a request of our own, as in the older revisions. The SDK could do this as well, but it words errors itself
 * and does not return them as a failure of ours.
 */
export const elicit = ({ send, signal }: McpRequest, params: Record<string, unknown>) =>
  send(
    { method: 'elicitation/create', params },
    { timeout: answerSeconds * 1_000, resetTimeoutOnProgress: true, onprogress: () => undefined, signal },
  );
