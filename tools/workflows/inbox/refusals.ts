import { CallError, type Failure } from '../../contract/failure.js';
import type { AnswerClaim, HistoryEntry } from '../../contract/inbox.js';
import { clipped, quoted } from '../../contract/quoted.js';
import { answerWords } from './entries.js';

type Refused = Extract<AnswerClaim, { readonly state: 'refused' }>;

/** What a failure of an answer says, beside what all have in common. */
type Words = Pick<Failure, 'kind' | 'message' | 'hint'>;

const seeHistory = 'manychat_list_messages shows what came of it.';

/** The answer that a message has, for use inside a sentence. */
const answerPart = (message: HistoryEntry | undefined): string =>
  message?.answer === undefined ? '' : `: ${quoted(answerWords(message.answer), 150)}`;

const beingAnswered = (message: HistoryEntry | undefined): Words => ({
  kind: 'already_exists',
  message: `This message is being answered${answerPart(message)}`,
  hint: `Nothing was done. Do not answer it again; ${seeHistory}`,
});

const answered = (message: HistoryEntry | undefined): Words => ({
  kind: 'already_exists',
  message: `This message was answered${answerPart(message)}`,
  hint: 'Nothing was done. Each message is answered once. To say more to the contact, use manychat_send_text.',
});

/** Why a message cannot be answered, by its state. */
function wordsOf({ why, message }: Refused): Words {
  switch (why) {
    case 'inline':
    case 'writing':
    case 'late':
      return beingAnswered(message);
    case 'written':
    case 'sent':
      return answered(message);
    case 'draft':
      return {
        kind: 'already_exists',
        message: `A draft for this message waits for a person${answerPart(message)}`,
        hint: 'Nothing was done. A person approves or rejects the draft; after a rejection the message can be answered again.',
      };
    case 'people':
      return {
        kind: 'permission_denied',
        message: 'This contact got so many answers from machines in a short time that it is left to people',
        hint: 'Nothing was sent. Do not try another way: a person answers in ManyChat.',
      };
    case 'lost':
      return {
        kind: 'not_found',
        message: 'message_id: there is no such message. It may be older than 7 days, forgotten, or of another account',
        hint: 'Nothing was done. Take message_id from manychat_wait_for_messages or manychat_list_messages.',
      };
    default:
      return {
        kind: 'rejected',
        message: `This message cannot be answered now: its state is ${clipped(why)}`,
        hint: `Nothing was done. ${seeHistory}`,
      };
  }
}

const lookFirst =
  'Do not answer it again, not even in other words: an answer that may have arrived is never repeated. A person looks at the chat in ManyChat.';

/** The failure of an answer of which it is unknown whether it arrived. */
export const unknownAnswer = (message?: HistoryEntry): CallError =>
  new CallError(
    {
      kind: 'network',
      message: 'The answer may have reached ManyChat, which has not confirmed it',
      hint: lookFirst,
      retryable: false,
      performed: 'unknown',
      source: 'network',
      ...(message?.chatLink !== undefined && { chat_link: message.chatLink }),
    },
    'ambiguous',
  );

/** The failure of an answer to a message that must not be answered. */
export function refusedAnswer(refused: Refused): CallError {
  if (refused.why === 'unknown') return unknownAnswer(refused.message);
  return new CallError({ ...wordsOf(refused), retryable: false, performed: 'no', source: 'client' }, 'refused').by(
    'inbox',
  );
}
