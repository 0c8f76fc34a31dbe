import { badRequest } from '../http/refusal.js';
import type { MovableClock } from '../world/clock.js';
import { momentForm, parseMoment } from '../world/moment.js';
import { integerWithin } from './checks.js';

const beyond = (remaining: number): string =>
  `The clock can move forward 10 years in total, of which ${remaining} ms are left; a reset sets it back.`;

/** Moves the clock by `advance_ms` or to `now`, never back: what was sent and written would be in the future. @throws Refusal */
export function moveClock(clock: MovableClock, input: Readonly<Record<string, unknown>>): { now: string } {
  const { advance_ms: milliseconds, now } = input;
  if (milliseconds !== undefined && now !== undefined) throw badRequest('Use either advance_ms or now, not both.');
  const remaining = clock.remaining();
  if (now === undefined) {
    if (Number(milliseconds) > remaining) throw badRequest(beyond(remaining));
    clock.advance(integerWithin('advance_ms', milliseconds, [0, remaining]));
  } else {
    const target = parseMoment(now);
    if (target === undefined) throw badRequest(`now must be ${momentForm}.`);
    const by = target - clock.now();
    if (by < 0) {
      throw badRequest(
        `now is before the sandbox's time, ${new Date(clock.now()).toISOString()}. The clock only moves forward; POST /sandbox/reset returns to the start.`,
      );
    }
    if (by > remaining) throw badRequest(beyond(remaining));
    clock.advance(by);
  }
  return { now: new Date(clock.now()).toISOString() };
}
