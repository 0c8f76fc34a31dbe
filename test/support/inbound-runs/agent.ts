import type { Clock } from '../../../src/upstream/clock.js';
import { asObject, isObject, type Result, toList } from '../../../tools/contract/json.js';
import type { Lot } from '../sequences/lot.js';
import type { Habits } from './draw.js';
import type { Replica } from './replica.js';

/** An attempt to answer a message. */
export interface Attempt {
  /** In its text, and in that of no other attempt. */
  readonly mark: string;
  readonly message: string;
  /** What its call told: `no`: nothing was sent. Absent while there is no result. */
  told?: 'answered' | 'no' | 'unknown' | 'before';
  readonly where?: string;
}

/** What agents do, for the judge. */
export interface Attempts {
  readonly all: Attempt[];
  /** Failures that an agent has no reason to expect. */
  readonly failures: string[];
}

/** An agent and where it works. */
export interface AgentParts {
  readonly replica: Replica;
  readonly clock: Clock;
  readonly lot: Lot;
  readonly habits: Habits;
  readonly attempts: Attempts;
  /** Whether it goes on. */
  readonly goesOn: () => boolean;
}

export const rest = (clock: Pick<Clock, 'after'>, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });

/** The words of contacts in a text. */
export const wordsIn = (text: string): string[] => text.match(/w\d+x/g) ?? [];

const textOf = (message: Result): string => (typeof message.from_contact === 'string' ? message.from_contact : '');

const idOf = ({ message_id: id }: Result): string => String(id);

/** Messages in a result. */
export const messagesOf = (result: Result): Result[] => (toList(result.messages) ?? []).filter(isObject);

/** Answers a message: the answer has a mark of its own and the words of the message. */
export async function answerMessage(
  message: Result,
  { replica, lot, clock, attempts }: Pick<AgentParts, 'replica' | 'lot' | 'clock' | 'attempts'>,
  isCareless = false,
): Promise<Attempt> {
  const attempt: Attempt = { mark: `a${attempts.all.length}z`, message: idOf(message) };
  attempts.all.push(attempt);
  const text = `${attempt.mark} answers ${wordsIn(textOf(message)).join(' ')}`;
  const typed = message.channel === 'messenger' ? {} : { type: message.channel };
  const data = { version: 'v2', content: { ...typed, messages: [{ type: 'text', text }] } };
  const giving = new AbortController();
  if (isCareless && lot.chance(0.2)) clock.after(lot.number(1, 9_000), () => giving.abort());
  const content = lot.chance(0.7) ? { text } : { data };
  const outcome = await replica.call('manychat_reply', { message_id: attempt.message, ...content }, giving.signal);
  if (outcome.ok) attempt.told = outcome.result.answered === 'before' ? 'before' : 'answered';
  else {
    const { performed, message: words, kind } = outcome.failure;
    attempt.told = performed === 'no' ? 'no' : 'unknown';
    attempts.failures.push(`${attempt.mark} ${kind} ${performed}: ${words}`);
  }
  return attempt;
}

/** Waits for messages and answers them, as long as it is to go on. */
export async function work(parts: AgentParts): Promise<void> {
  const { replica, clock, lot, habits, attempts, goesOn } = parts;
  let done: string[] = [];

  async function attend(message: Result): Promise<void> {
    await rest(clock, lot.number(0, habits.thinksMs));
    if (habits.isCareless && lot.chance(0.1)) return;
    const twice = habits.isCareless && lot.chance(0.2) ? [answerMessage(message, parts, true)] : [];
    const told = [await answerMessage(message, parts, habits.isCareless), ...(await Promise.all(twice))];
    if (habits.isCareless && told.every((each) => each.told !== 'answered'))
      told.push(await answerMessage(message, parts, true));
    // It is not done if nothing was sent, and comes again.
    if (told.every((each) => each.told === 'no')) return;
    if (!habits.isCareless || lot.chance(0.8)) done.push(idOf(message));
  }

  while (goesOn() && replica.isOpen()) {
    const finished = done;
    done = [];
    const outcome = await replica.call('manychat_wait_for_messages', {
      wait_seconds: habits.waitSeconds,
      done: finished,
    });
    if (!outcome.ok) {
      attempts.failures.push(`wait: ${outcome.failure.kind}: ${outcome.failure.message}`);
      done = finished;
      await rest(clock, 1_000);
      continue;
    }
    const messages = messagesOf(asObject(outcome.result));
    if (!habits.inOrder) await Promise.all(messages.map(attend));
    else for (const message of messages) await attend(message);
  }
  // What it has finished is told with its last call.
  if (done.length > 0 && replica.isAlive()) await replica.call('manychat_wait_for_messages', { wait_seconds: 0, done });
}
