import type { Account } from '../../account.js';
import type { Outcome } from '../../call/call-tool.js';
import type { AnswerContent } from '../inbox.js';

/** An answer that no agent gives. */
export interface GivenAnswer {
  /** The id of the message. */
  readonly message: string;
  readonly content: AnswerContent;
  /** A person has approved it, as a draft has to be. */
  readonly approved: boolean;
}

/**
 * Answers a message in the same way as `manychat_reply`: in the response if a request waits for it, else sent with all rules.
 * @throws if the account hears nothing.
 */
export async function answerMessage(
  { everyTool, call }: Pick<Account, 'everyTool' | 'call'>,
  { message, content, approved }: GivenAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  const tool = everyTool.find(({ declaration }) => declaration.name === 'manychat_reply');
  if (tool === undefined) throw new Error('the account hears its contacts');
  return call(tool, { message_id: message, ...content }, { signal, approved });
}
