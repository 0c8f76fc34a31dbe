import type { Failure, Kind } from '../../../tools/contract/failure.js';
import { quoted } from '../../../tools/contract/quoted.js';
import { callLine, idInCommand } from '../commands/call-line.js';

/** How to connect an account. In this and the next ones, `program` is the words that start this program. */
export const connectIt = (program: string): string => `Create a new one with \`${program} connect\`.`;

/** How to get the link of a PENDING connection. */
export const showIt = (program: string, id: string): string =>
  `\`${callLine(program, 'get_connection', id)}\` shows the link for the person who manages the account.`;

/** How to delete a connection. */
export const deleteIt = (program: string, id: string): string =>
  `\`${callLine(program, 'delete_connection', id)}\` deletes it.`;

/** Where the connection of every call is set: in the accounts file, if the account has a name there. */
export const connectionSetting = (account: string | undefined): string =>
  account === undefined ? 'MATON_CONNECTION_ID' : `"connection" of account ${quoted(account)} in the accounts file`;

/** How to use one connection for every call. */
export const pinIt = (id: string, account: string | undefined): string =>
  account !== undefined
    ? `To use one for every call, set ${connectionSetting(account)}, by its id or page name.`
    : `To use one for every call, set MATON_CONNECTION_ID=${idInCommand(id)} (under "env" in the client's configuration), or --connection ${idInCommand(id)}.`;

const keyOf = (account: string): string => `the key of account ${quoted(account)}`;

const later = 'Try again in a minute.';

/** Advice on an error of the gateway: an unknown path, an expired authorisation, or the failure's own hint. */
function gatewayAdvice({ message, retryable, hint }: Failure, replaceIt: string): string {
  if (/\bapp\b/i.test(message)) {
    return 'Maton finds no app in the path: MATON_GATEWAY_URL and MATON_CONTROL_URL must be its addresses, without /manychat or any other path.';
  }
  return retryable
    ? `${later} If it persists, ManyChat's authorisation of this connection may have expired. ${replaceIt}`
    : hint;
}

/** Advice for a person at a shell; the failure's own hint, which is written for agents, if there is nothing better. */
export function adviceOn(
  program: string,
  failure: Failure,
  { direct, account }: { readonly direct: boolean; readonly account: string | undefined },
  connection = 'ID',
): string {
  const { kind, hint, retry_after_s: waitSeconds } = failure;
  const replaceIt = `${connectIt(program)} When it is ACTIVE, delete the old one: ${deleteIt(program, connection)}`;
  const advice: Partial<Record<Kind, string>> = {
    gateway_auth:
      account === undefined
        ? 'Copy the key again from https://maton.ai/settings into MATON_API_KEY; it may have been replaced.'
        : `Copy the key again from https://maton.ai/settings to where ${keyOf(account)} is; it may have been replaced.`,
    manychat_auth: direct
      ? account === undefined
        ? 'Copy MANYCHAT_API_KEY again (ManyChat, Settings, API).'
        : `Copy the key again (ManyChat, Settings, API) to where ${keyOf(account)} is.`
      : `ManyChat does not accept the key of this connection. ${replaceIt}`,
    no_connection: connectIt(program),
    gateway_error: gatewayAdvice(failure, replaceIt),
    rate_limited: waitSeconds === undefined ? later : `Try again in ${waitSeconds} seconds.`,
    manychat_unavailable: later,
    timeout: later,
    network: later,
  };
  return advice[kind] ?? hint;
}
