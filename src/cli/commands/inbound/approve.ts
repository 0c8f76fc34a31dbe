import { quoted } from '../../../../tools/contract/quoted.js';
import { answerMessage } from '../../../account/inbox/calls/answer-message.js';
import { inboxScope } from '../../../account/inbox/shared-inbox.js';
import type { Config } from '../../../config/config.js';
import { UsageError } from '../../../config/usage-error.js';
import { readable } from '../../../text/readable.js';
import { openOwnAccount } from '../../library/open-account.js';
import { type ExitCode, exitCodes } from '../../shell/exit-codes.js';
import { openSharedState } from '../../shell/shared-state.js';
import type { Shell } from '../../shell/shell.js';
import { exitCodeOf, failureText } from '../failure-text.js';

/** Sends the draft that answers a message, under the rules of every send. */
export async function approveDraft(config: Config, message: string, json: boolean, shell: Shell): Promise<ExitCode> {
  const state = await openSharedState(config, shell, shell.note);
  const { account, host, close } = await openOwnAccount(config, {}, state);
  try {
    const drafts = await host.inbox?.of(inboxScope(account.settings)).drafts();
    const content = drafts?.find(({ id }) => id === message)?.answer;
    if (content === undefined)
      throw new UsageError(`no draft answers the message ${quoted(message)}: inbound drafts lists them`);
    const outcome = await answerMessage(account, { message, content, approved: true }, shell.ending);
    if (outcome.ok) {
      shell.print(json ? JSON.stringify(outcome.result) : readable(outcome.result));
      return exitCodes.done;
    }
    if (json) shell.print(JSON.stringify({ error: outcome.failure }));
    else shell.note(failureText(outcome.failure));
    return exitCodeOf(outcome.failure);
  } finally {
    await close();
  }
}
