import { isObject } from '../../../tools/contract/json.js';
import { isLoopback } from '../../config/address.js';
import { UsageError } from '../../config/usage-error.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';
import type { Shell } from '../shell/shell.js';

/** What a contact does in a sandbox that runs. */
export interface ContactAct {
  readonly contact: string;
  readonly act: 'writes' | 'clicks';
  /** The body of the control API. */
  readonly body: Readonly<Record<string, string>>;
  /** The address of the sandbox, if the user names it. */
  readonly address: string | undefined;
}

/** The control API of the sandbox that is meant. @throws UsageError if it is not on this machine */
function controlUrl({ address }: ContactAct, { environment, program }: Shell): string {
  const text = address ?? (environment.MATON_GATEWAY_URL || environment.MANYCHAT_API_URL) ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return `${url.origin}/sandbox`;
  throw new UsageError(
    `a sandbox is on this machine: name it with --at http://127.0.0.1:PORT, as "${program} sandbox" prints its address`,
  );
}

/** Lets a contact act, and prints what it and the page wrote from then on. */
export async function actAsContact(act: ContactAct, shell: Shell): Promise<ExitCode> {
  const control = controlUrl(act, shell);
  const contact = `${control}/contacts/${encodeURIComponent(act.contact)}`;

  async function ask(url: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(url, { ...sent, signal: shell.ending }).catch(() => {
      throw new UsageError(`no sandbox answers at ${control}`);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok && isObject(answer)) return answer;
    const error = isObject(answer) && typeof answer.error === 'string' ? answer.error : `status ${response.status}`;
    throw new UsageError(`the sandbox refused it: ${error}`);
  }
  const listAt = async (url: string, key: string): Promise<unknown[]> => {
    const { [key]: list } = await ask(url);
    return Array.isArray(list) ? list : [];
  };

  const before = await listAt(`${contact}/conversation`, 'conversation');
  const calls = await listAt(`${control}/calls`, 'calls');
  await ask(`${contact}/${act.act}`, act.body);
  const turns = await listAt(`${contact}/conversation?wait=true`, 'conversation');
  for (const turn of turns.slice(before.length))
    if (isObject(turn)) for (const line of linesOf(turn)) shell.print(line);
  const last = calls.at(-1);
  const latest = isObject(last) ? Number(last.id) : 0;
  for (const call of await listAt(`${control}/calls`, 'calls')) {
    if (isObject(call) && Number(call.id) > latest && typeof call.reason === 'string') {
      shell.note(`call ${call.id} took the fallback branch: ${call.reason}`);
    }
  }
  return exitCodes.done;
}

/** A turn of a conversation, with the direction in front. */
function linesOf(turn: Readonly<Record<string, unknown>>): string[] {
  if (turn.from === 'contact') {
    const { text, image, audio, clicked } = turn;
    return [`> ${typeof clicked === 'string' ? `[${clicked}]` : String(text ?? image ?? audio)}`];
  }
  if (turn.delivered !== true) return [`  not delivered: ${String(turn.reason)}`];
  const messages = Array.isArray(turn.messages) ? turn.messages : [];
  return messages.map((message: unknown) => {
    const { type, text, url } = isObject(message) ? message : {};
    return `< ${String(text ?? url ?? type)}`;
  });
}
