import type { Fault, Sandbox } from '../../../src/sandbox/index.js';
import type { Lot } from '../sequences/lot.js';

/** What goes wrong with a call of the sandbox. */
export type CallFault = Parameters<Sandbox['injectCallFault']>[0];
/** What goes wrong with a request to the sandbox. */
export type UpstreamFault = Fault;

/** Draws faults of calls: repetitions, delays and changes of order, and lost answers in a run that is disturbed. */
export function callFaults(lot: Lot, disturbed: boolean, calls: number): CallFault[] {
  return Array.from({ length: lot.number(0, 5) }, (): CallFault => {
    const when = { after: lot.number(0, Math.max(1, calls - 2)) };
    if (disturbed && lot.chance(0.3)) return { ...when, drop: lot.of(['response', 'connection']) };
    return lot.of<() => CallFault>([
      () => ({ ...when, repeat_after_ms: lot.number(0, 9_000) }),
      () => ({ ...when, delay_ms: lot.number(10, 9_000) }),
      () => ({ ...when, after_next: true }),
    ])();
  });
}

/** Draws faults of requests. In a run that is not disturbed, each request has its response in time. */
export function upstreamFaults(lot: Lot, disturbed: boolean): UpstreamFault[] {
  return Array.from({ length: lot.number(0, 3) }, (): UpstreamFault => {
    const when = { match: { path: '/sendContent' }, after: lot.number(0, 2), times: lot.number(1, 2) };
    if (!disturbed || lot.chance(0.2)) return { ...when, delay_ms: lot.number(10, 8_000) };
    const perform = lot.chance(0.5);
    return lot.of<() => UpstreamFault>([
      () => ({ ...when, perform, reset: 'before_headers' }),
      () => ({ ...when, perform, reset: 'in_body' }),
      () => ({ ...when, perform, status: 502, body: '' }),
      () => ({ ...when, status: 429, headers: { 'retry-after': '2' }, body: { message: 'Slow down' } }),
      () => ({ ...when, delay_ms: lot.number(10_000, 200_000) }),
    ])();
  });
}
