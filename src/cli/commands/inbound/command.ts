import { randomBytes } from 'node:crypto';
import { quoted } from '../../../../tools/contract/quoted.js';
import type { AccountInbox, AnswerContent, HeardMessage } from '../../../account/inbox/inbox.js';
import { inboxScope } from '../../../account/inbox/shared-inbox.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { StoreAway } from '../../../store/shared-store.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openInbox, statePlace } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';

/** The words after `inbound`. */
export interface InboundRequest {
  readonly action: string;
  readonly id: string | undefined;
  readonly json: boolean;
}

const actions = ['secret', 'webhook-secret', 'forget', 'drafts', 'approve', 'reject'] as const;

/** Bytes of a secret. */
const secretBytes = 32;

const textOf = (answer: AnswerContent | undefined): string =>
  answer === undefined ? '' : 'text' in answer ? answer.text : JSON.stringify(answer.data);

const saidText = ({ said }: HeardMessage): string =>
  said.kind === 'text' ? said.text : [said.type, said.name, said.value].filter((each) => each !== undefined).join(' ');

/** Refuses what cannot reach the messages that other processes have kept. */
function checkReachable(config: Config, shell: Shell): void {
  const { access, inbound } = config.account;
  if (inbound === undefined)
    throw new UsageError(
      'this account does not hear what its contacts write: it has no secret. See MANYCHAT_MCP_INBOUND_SECRET, or "inbound" in the accounts file',
    );
  const place = statePlace(config, shell);
  if ('none' in place)
    throw new UsageError(
      `the messages are in the memory of the process that hears them (${place.none}), where nothing else reaches them`,
    );
  if (access.mode === 'none') throw new UsageError(access.reason);
}

const notReached = (error: unknown): unknown =>
  error instanceof StoreAway ? new UsageError(`the messages cannot be reached: ${error.message}`) : error;

/** Uses the messages of the account, as other processes have kept them. */
async function withInbox<Result>(
  config: Config,
  shell: Shell,
  use: (inbox: AccountInbox) => Promise<Result>,
): Promise<Result> {
  checkReachable(config, shell);
  const inbox = await openInbox(config, shell, () => undefined);
  try {
    return await use(inbox.of(inboxScope(config.account)));
  } catch (error) {
    throw notReached(error);
  } finally {
    await inbox.close();
  }
}

async function listDrafts(config: Config, json: boolean, shell: Shell): Promise<ExitCode> {
  const drafts = await withInbox(config, shell, (inbox) => inbox.drafts());
  if (json) shell.print(JSON.stringify(drafts, undefined, 2));
  else
    for (const draft of drafts) {
      const { id, contact, contactName, answer } = draft;
      shell.print(`${id}  ${contact}${contactName === undefined ? '' : ` (${contactName})`}`);
      shell.print(`  wrote:  ${quoted(saidText(draft), 500)}`);
      shell.print(`  answer: ${quoted(textOf(answer), 2_000)}`);
    }
  if (drafts.length === 0 && !json) shell.note('No answer waits for approval.');
  return exitCodes.done;
}

const required = (action: string, id: string | undefined, what: string): string => {
  if (id === undefined) throw new UsageError(`inbound ${action} needs ${what}`);
  return id;
};

/** Runs the command `inbound`. @param configured the configuration with the account that is meant. */
export async function manageInbound(
  configured: () => Promise<Config>,
  { action, id, json }: InboundRequest,
  shell: Shell,
): Promise<ExitCode> {
  const known = actions.find((each) => each === action);
  if (known === undefined) throw new UsageError(`inbound has the actions ${actions.join(', ')}, not ${quoted(action)}`);
  if ((known === 'secret' || known === 'webhook-secret' || known === 'drafts') && id !== undefined)
    throw new UsageError(`inbound ${known} takes nothing more`);
  if (known === 'secret' || known === 'webhook-secret') {
    const secret = randomBytes(secretBytes);
    shell.print(known === 'secret' ? secret.toString('base64url') : `whsec_${secret.toString('base64')}`);
    return exitCodes.done;
  }
  if (known === 'drafts') return listDrafts(await configured(), json, shell);
  if (known === 'forget') {
    const contact = required(known, id, 'the id of a contact');
    if (!/^[1-9]\d{0,19}$/.test(contact))
      throw new UsageError(`${quoted(contact)} is not the id of a contact, which has digits only`);
    const count = await withInbox(await configured(), shell, (inbox) => inbox.forget(contact));
    shell.print(
      json
        ? JSON.stringify({ contact, erased: count })
        : `Erased ${count} ${count === 1 ? 'entry' : 'entries'} of contact ${contact}.`,
    );
    return exitCodes.done;
  }
  const message = required(known, id, 'the id of a message, as inbound drafts lists it');
  if (known === 'approve') {
    const config = await configured();
    checkReachable(config, shell);
    const { approveDraft } = await import('./approve.js');
    return approveDraft(config, message, json, shell).catch((error: unknown) => {
      throw notReached(error);
    });
  }
  const found = await withInbox(await configured(), shell, (inbox) => inbox.reject(message));
  if (!found) throw new UsageError(`no draft answers the message ${quoted(message)}: inbound drafts lists them`);
  shell.print(
    json ? JSON.stringify({ message, rejected: true }) : `Rejected. Message ${message} can be answered again.`,
  );
  return exitCodes.done;
}
