import { asObject, type Result } from '../../../tools/contract/json.js';
import { type Attempt, wordsIn } from './agent.js';
import type { Observed } from './run.js';

/*
 * The rules for every run, judged by what contacts received, what ManyChat was answered, what agents were told and what is
 * listed at the end.
 */

/** A call ends after this time at the latest, in milliseconds. */
const latestMs = 8_500;

const textOf = ({ from_contact: text }: Result): string => (typeof text === 'string' ? text : '');

/** What speaks against a run that was disturbed, or was not. */
export function problemsOf(observed: Observed, disturbed: boolean): string[] {
  const { plan, attempts, deliveries, calls, tookMs, responses, listed } = observed;
  const problems: string[] = [];
  const deliveriesWith = (part: string) => deliveries.filter(({ text }) => text.split(/\s/).includes(part));
  const mayBeLost = (contact: string): boolean =>
    calls.some(({ subscriber_id: id, fault }) => id === contact && fault === 'drop');

  const late = tookMs.filter((milliseconds) => milliseconds > latestMs);
  if (late.length > 0) problems.push(`calls took ${late.join(', ')} ms`);

  for (const { word, guest } of plan.writings) {
    const answers = deliveriesWith(word);
    if (answers.length > 1) problems.push(`${word} has ${answers.length} answers`);
    for (const { contact, channel } of answers)
      if (contact !== guest.id || channel !== guest.channel) problems.push(`the answer to ${word} is at ${contact}`);
    if (!disturbed && answers.length !== 1) problems.push(`${word} has no answer`);
    const holding = listed.filter((each) => wordsIn(textOf(each)).includes(word));
    const isAcknowledged = calls.some(({ status, request }) => status === 200 && asObject(request.body).text === word);
    if (isAcknowledged && holding.length === 0) problems.push(`${word} was acknowledged, and is lost`);
    if (holding.length > 1) problems.push(`${word} is in ${holding.length} messages`);
  }

  for (const message of listed.filter((each) => each.message_id !== undefined)) {
    const { message_id: id, state, done } = message;
    const contact = String(message.subscriber_id);
    const words = wordsIn(textOf(message));
    const arrived = words.every((word) => deliveriesWith(word).length === 1);
    if (done !== true) problems.push(`${id} is not done`);
    if (state !== 'sent' && state !== 'written' && state !== 'unknown') problems.push(`${id} is ${state}`);
    if (!disturbed && state === 'unknown') problems.push(`${id} is unknown`);
    if (state === 'sent' && !arrived) problems.push(`${id} is sent, and did not arrive`);
    const isWritten = responses.some((body) => words.every((word) => body.includes(word)));
    if (state === 'written' && !arrived && !(isWritten && mayBeLost(contact)))
      problems.push(`${id} is written, and did not arrive`);
  }

  const toldOf = (attempt: Attempt): string | undefined => {
    const arrived = deliveriesWith(attempt.mark).length === 1;
    const message = listed.find(({ message_id: id }) => id === attempt.message);
    const { told, mark } = attempt;
    if (told === 'no' && arrived) return `${mark} told that nothing was sent, and arrived`;
    if (told === 'answered' && !arrived && !mayBeLost(String(message?.subscriber_id)))
      return `${mark} told that it was sent, and did not arrive`;
    if (!disturbed && told === 'unknown') return `${mark} is unknown`;
    return undefined;
  };
  for (const attempt of attempts.all) {
    const problem = toldOf(attempt);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}
