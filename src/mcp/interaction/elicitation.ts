import type { ServerContext } from '@modelcontextprotocol/server';
import { answerSeconds } from './request-state.js';

/** What a question is asked with. */
export type McpRequest = ServerContext['mcpReq'];

/**
 * Whether a request is of the protocol's newer era, in which a question is the answer to a call and its own answer comes
 * with a second call. A client of that era that cannot ask fails on its own side: we are told nothing, and do nothing.
 */
export const usesInputRequired = ({ envelope }: McpRequest): boolean => envelope !== undefined;

/**
 * Asks by a request of our own, as it is done in the older era. The SDK would do it as well, but tells what goes wrong
 * in its own words and not as a failure of ours.
 */
export const elicit = ({ send, signal }: McpRequest, params: Record<string, unknown>) =>
  send(
    { method: 'elicitation/create', params },
    { timeout: answerSeconds * 1_000, resetTimeoutOnProgress: true, onprogress: () => undefined, signal },
  );
