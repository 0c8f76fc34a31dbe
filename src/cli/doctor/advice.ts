import type { Failure, Kind } from '../../../tools/contract/failure.js';
import { callLine, idInCommand } from '../commands/call-line.js';

/** How an account is connected. */
export const connectIt = '`manychat-mcp connect` makes a new one.';

const calling = (tool: string, id: string): string => `\`${callLine(tool, id)}\``;

/** How the link of a PENDING connection is got. */
export const showIt = (id: string): string =>
  `${calling('get_connection', id)} shows the link for the person who manages the account.`;

/** How a connection is got rid of. */
export const deleteIt = (id: string): string => `${calling('delete_connection', id)} deletes it.`;

/** How one connection is used always. */
export const pinIt = (id: string): string =>
  `To use one always, set MATON_CONNECTION_ID=${idInCommand(id)} (under "env" in the client's configuration), or --connection ${idInCommand(id)}.`;

const later = 'Try again in a minute.';

/** A refusal of the gateway: the path it does not know, an authorisation that expired, or what its own hint says. */
function gatewayAdvice({ message, retryable, hint }: Failure, anew: string): string {
  if (/\bapp\b/i.test(message)) {
    return 'Maton finds no app in the path: MATON_GATEWAY_URL and MATON_CONTROL_URL must be its addresses, without /manychat or any other path.';
  }
  return retryable ? `${later} If it goes on, what ManyChat allowed this connection may have expired: ${anew}` : hint;
}

/** What a person at a shell does about a failure of a call, where that is not what an agent does. */
export function adviceOn(failure: Failure, direct: boolean, connection = 'ID'): string {
  const { kind, hint, retry_after_s: seconds } = failure;
  const anew = `${connectIt} When it is ACTIVE: ${deleteIt(connection)}`;
  const own: Partial<Record<Kind, string>> = {
    gateway_auth: 'Copy the key again from https://maton.ai/settings into MATON_API_KEY; it may have been replaced.',
    manychat_auth: direct
      ? 'Copy MANYCHAT_API_KEY again (ManyChat, Settings, API).'
      : `ManyChat does not accept the key inside this connection. ${anew}`,
    no_connection: connectIt,
    gateway_error: gatewayAdvice(failure, anew),
    rate_limited: seconds === undefined ? later : `Try again in ${seconds} seconds.`,
    manychat_unavailable: later,
    timeout: later,
    network: later,
  };
  return own[kind] ?? hint;
}
