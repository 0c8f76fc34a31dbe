import { createRandom } from '../random.js';
import { Lot } from '../sequences/lot.js';
import { type CallFault, callFaults, type UpstreamFault, upstreamFaults } from './faults.js';
import { channels, type Guest, guestsOf, type HookKind } from './guests.js';

/** A text that a contact writes. No other text of the run has its word. */
export interface Writing {
  readonly guest: Guest;
  readonly word: string;
  /** Milliseconds after the beginning. */
  readonly at: number;
}

/** How a replica ends before the others. */
export type Ending =
  /** Killed when it has begun so many transactions, or requests to ManyChat. */
  | { readonly way: 'killed'; readonly after: number; readonly what: 'transactions' | 'requests' }
  /** Asked to end, after so many milliseconds. */
  | { readonly way: 'asked'; readonly after: number };

/** How an agent works. */
export interface Habits {
  /** The longest that it thinks about a message, in milliseconds. */
  readonly thinksMs: number;
  /** It answers the messages of a batch one after the other. */
  readonly inOrder: boolean;
  readonly waitSeconds: number;
  /** It answers again, in other words, whatever a failure says; it answers twice; it gives calls up; it forgets what it took. */
  readonly isCareless: boolean;
}

/** A run: what contacts write, what goes wrong, and how agents work. */
export interface Plan {
  readonly seed: number;
  readonly mode: 'ack' | 'reply';
  readonly pauseMs: number;
  /** How each channel's flow calls. */
  readonly kinds: ReadonlyMap<Guest['channel'], HookKind>;
  readonly writings: readonly Writing[];
  readonly calls: readonly CallFault[];
  readonly upstream: readonly UpstreamFault[];
  /** Of the first replicas; the others stay. */
  readonly endings: readonly Ending[];
  /** When a replica loses its store, and for how long, in milliseconds. */
  readonly away: { readonly from: number; readonly forMs: number } | undefined;
  readonly habits: readonly Habits[];
}

/** A contact of each channel. */
export const guests = guestsOf(1);

/** Replicas that run at a time. */
export const replicas = 2;

function drawWritings(lot: Lot): Writing[] {
  const writings: Writing[] = [];
  for (let at = 0; writings.length < 10; at += lot.number(1_000, 9_000)) {
    const guest = guests[lot.number(0, guests.length - 1)];
    if (guest === undefined) throw new Error('there are guests');
    // Half of the time a burst.
    for (let left = lot.chance(0.5) ? 1 : lot.number(2, 4), moment = at; left > 0; left -= 1) {
      writings.push({ guest, word: `w${writings.length}x`, at: moment });
      moment += lot.number(1_000, 2_500);
    }
  }
  return writings;
}

function drawEnding(lot: Lot, disturbed: boolean): Ending {
  if (!disturbed || lot.chance(0.2)) return { way: 'asked', after: lot.number(2_000, 60_000) };
  const what = lot.of<'transactions' | 'requests'>(['transactions', 'requests']);
  return { way: 'killed', what, after: what === 'requests' ? lot.number(1, 4) : lot.number(1, 60) };
}

const drawHabits = (lot: Lot, disturbed: boolean): Habits => ({
  thinksMs: lot.of([500, 4_000, 15_000]),
  inOrder: lot.chance(0.5),
  waitSeconds: lot.of([1, 5, 20, 45]),
  isCareless: disturbed && lot.chance(0.5),
});

/** The run with a number. In one that is not disturbed, nothing is killed or lost: calls repeat, are late and change places. */
export function drawPlan(seed: number, disturbed: boolean): Plan {
  const lot = new Lot(createRandom(seed * 7919 + (disturbed ? 1 : 0)));
  const writings = drawWritings(lot);
  return {
    seed,
    mode: lot.chance(0.75) ? 'reply' : 'ack',
    pauseMs: lot.of([0, 1_000, 2_000]),
    kinds: new Map(channels.map((channel) => [channel, lot.of<HookKind>(['request', 'block'])])),
    writings,
    calls: callFaults(lot, disturbed, writings.length),
    upstream: upstreamFaults(lot, disturbed),
    endings: lot.chance(0.7) ? Array.from({ length: lot.number(1, 2) }, () => drawEnding(lot, disturbed)) : [],
    away: disturbed && lot.chance(0.3) ? { from: lot.number(0, 40_000), forMs: lot.number(500, 20_000) } : undefined,
    habits: Array.from({ length: replicas + 2 }, () => drawHabits(lot, disturbed)),
  };
}
