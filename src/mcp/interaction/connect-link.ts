import { randomUUID } from 'node:crypto';
import { type CallToolResult, type InputRequiredResult, inputRequired } from '@modelcontextprotocol/server';
import { isObject, type Result } from '../../../tools/contract/json.js';
import { browsable } from '../../config/address.js';
import { elicit, type McpRequest, usesInputRequired } from './elicitation.js';

/** The link for a person in a result, where there is one. */
export function connectLinkIn({ connection }: Result): string | undefined {
  const url = isObject(connection) ? connection.url : undefined;
  return typeof url === 'string' && browsable(url) !== undefined ? url : undefined;
}

/** Shows a link to the user; the result stands whatever they, or their client, make of it. */
export async function handOverLink(
  result: CallToolResult,
  link: string,
  request: McpRequest,
  state: () => Promise<string>,
): Promise<CallToolResult | InputRequiredResult> {
  const message = 'Open this page and enter the ManyChat API key there, to connect the account';
  if (usesInputRequired(request)) {
    return inputRequired({
      inputRequests: { link: inputRequired.elicitUrl({ message, url: link }) },
      requestState: await state(),
    });
  }
  // The result has the link as well: a client that cannot show it must not lose the connection.
  await elicit(request, { mode: 'url', message, url: link, elicitationId: randomUUID() }).catch(() => undefined);
  return result;
}
