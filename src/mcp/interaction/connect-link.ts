import { randomUUID } from 'node:crypto';
import { type CallToolResult, type InputRequiredResult, inputRequired } from '@modelcontextprotocol/server';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { browsable } from '../../config/address.js';
import { elicit, type McpRequest, usesInputRequired } from './elicitation.js';

/** The link in a result that a person has to open to connect an account, if it has one. */
export function connectLinkIn({ connection }: Result): string | undefined {
  const url = isObject(connection) ? connection.url : undefined;
  return typeof url === 'string' && browsable(url) !== undefined ? url : undefined;
}

/**
 * Shows a link to the user. The result stands whatever the user or the client answers.
 * @param issueState issues the state with which the client fetches the result after it has shown the link.
 */
export async function handOverLink(
  result: CallToolResult,
  url: string,
  request: McpRequest,
  issueState: () => Promise<string>,
): Promise<CallToolResult | InputRequiredResult> {
  const message = 'Open this page and enter the ManyChat API key there to connect the account';
  // The result contains the link too, so the connection is not lost if the link cannot be shown.
  if (usesInputRequired(request)) {
    const requestState = await issueState().catch(() => undefined);
    if (requestState === undefined) return result;
    return inputRequired({ inputRequests: { link: inputRequired.elicitUrl({ message, url }) }, requestState });
  }
  await elicit(request, { mode: 'url', message, url, elicitationId: randomUUID() }).catch(() => undefined);
  return result;
}
