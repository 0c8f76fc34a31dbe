import type { Failure } from '../../../tools/contract/failure.js';
import { oneLine } from '../../../tools/contract/quoted.js';
import { reportsDone } from '../../account/call/workflow/run-workflow.js';
import { type ExitCode, exitCodes } from '../shell/exit-codes.js';

/** The exit code of a command whose call failed. */
export function exitCodeOf({ kind, performed, retryable }: Failure): ExitCode {
  if (performed === 'unknown') return exitCodes.unknown;
  if (kind === 'invalid_input' || kind === 'invalid_content') return exitCodes.usage;
  return retryable ? exitCodes.again : exitCodes.failed;
}

/**
 * A failure on several lines, for a person: what happened, what to do, whether anything was done. Upstream text is kept on
 * one line each, so that it cannot imitate another line.
 */
export function failureText(failure: Failure): string {
  const { kind, message, hint, details = [], performed, retry_after_s: retryAfter, chat_link: chat } = failure;
  const performedText = {
    no: reportsDone(failure) ? 'the failed step changed and sent nothing' : 'nothing was changed or sent',
    yes: 'it was carried out',
    unknown: 'it may have been carried out',
  }[performed];
  return [
    `${kind}: ${oneLine(message)}`,
    ...details.map((detail) => `  ${oneLine(detail)}`),
    ...(retryAfter === undefined ? [] : [`  retry_after_s: ${retryAfter}`]),
    ...(chat === undefined ? [] : [`  chat_link: ${oneLine(chat)}`]),
    hint,
    `(${performedText})`,
  ].join('\n');
}

/** The message and details of a failure as sentences, without repeating a detail that the message contains. */
export const failureSentences = ({ message, details = [] }: Failure): string =>
  [message, ...details.filter((detail) => !message.includes(detail))]
    .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ');
