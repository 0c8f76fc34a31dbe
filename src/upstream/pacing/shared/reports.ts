import type { Gauge } from '../gauge.js';
import type { Load, Refusal } from '../pacer.js';
import type { Pauses } from '../pauses.js';

/** What became of a turn. Durations cross processes, moments do not: `agoMs` is the time since. */
export type TurnNews =
  /** Its request left. */
  | { readonly kind: 'sent'; readonly agoMs: number }
  /** Its request got a 429. */
  | { readonly kind: 'refused'; readonly agoMs: number; readonly refusal: Refusal }
  /** Its request has ended, `delayMs` later than the fastest. */
  | { readonly kind: 'over'; readonly agoMs: number; readonly delayMs: number; readonly answered: boolean }
  /** Its request never left; or the call waits no longer. */
  | { readonly kind: 'unsent' };

/** What a process reports of a turn that it has, or may have. */
export interface Report {
  readonly id: string;
  readonly load: Load;
  readonly news: TurnNews;
}

/** What a report changes. */
interface Reported {
  /** Of the limits of its load. */
  readonly gauges: readonly Gauge[];
  readonly paused: Pauses;
  readonly now: number;
}

/**
 * Enters a report. The same report can come twice: it may be unknown whether the first was written.
 * @returns whether a call may go earlier than expected, or is to be refused.
 */
export function applyReport({ id, load, news }: Report, { gauges, paused, now }: Reported): boolean {
  switch (news.kind) {
    case 'sent': {
      const sentAt = Math.ceil(now - news.agoMs);
      for (const gauge of gauges) gauge.departed(gauge.slotOf(id) ?? gauge.take(sentAt, id), sentAt);
      return false;
    }
    case 'refused': {
      const scopes = paused.refused(load, id, news.refusal, now - news.agoMs);
      for (const gauge of gauges) if (scopes.includes(gauge.limit.scope)) gauge.lower(now);
      return true;
    }
    case 'over': {
      const sentAt = Math.ceil(now - news.agoMs);
      let isEarlier = false;
      for (const gauge of gauges) {
        const slot = gauge.slotOf(id) ?? gauge.take(sentAt, id);
        // Where nothing was known of its departure, the best was expected.
        const expected = slot.heldUntil === undefined ? slot.freeAt : 0;
        if (gauge.answered(slot, sentAt, news.delayMs) < expected) isEarlier = true;
      }
      return paused.over(load, id, news.answered, now) || isEarlier;
    }
    case 'unsent': {
      for (const gauge of gauges) gauge.giveBack(id);
      paused.over(load, id, false, now);
      return true;
    }
  }
}
