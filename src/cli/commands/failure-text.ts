import type { Failure } from '../../../tools/contract/failure.js';
import { oneLine } from '../../../tools/contract/quoted.js';
import { reportsDone } from '../../account/call/run-workflow.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';

/** What a failure means for a script. */
export function exitCodeOf({ kind, performed, retryable }: Failure): ExitCode {
  if (performed === 'unknown') return exitCodes.unknown;
  if (kind === 'invalid_input' || kind === 'invalid_content') return exitCodes.usage;
  return retryable ? exitCodes.again : exitCodes.failed;
}

/**
 * A failure for a person: what happened, what to do, whether anything was done. Each text is on one line, so that none of
 * an answer can pass for another.
 */
export function failureText(failure: Failure): string {
  const { kind, message, hint, details = [], performed, retry_after_s: wait } = failure;
  const done = {
    no: reportsDone(failure) ? 'what failed changed and sent nothing' : 'nothing was changed or sent',
    yes: 'it was carried out',
    unknown: 'it may have been carried out',
  };
  const lines = details.map((each) => `  ${oneLine(each)}`);
  const waiting = wait === undefined ? [] : [`  retry_after_s: ${wait}`];
  return [`${kind}: ${oneLine(message)}`, ...lines, ...waiting, hint, `(${done[performed]})`].join('\n');
}

/** What happened with what is known of its reason, in sentences, each once. */
export const wholeMessage = ({ message, details = [] }: Failure): string =>
  [message, ...details.filter((detail) => !message.includes(detail))]
    .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ');
