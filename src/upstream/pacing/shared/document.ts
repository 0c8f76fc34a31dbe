import { isObject } from '../../../../tools/contract/json.js';
import type { Document, Transaction } from '../../../store/shared-store.js';
import { createGauge, type Gauge, type Slot, type Usage } from '../gauge.js';
import type { Limit } from '../pacer.js';
import { longestBackoffMs, type Pause } from '../pauses.js';

/** What calls count against, as far as other processes have to know. */
export interface Kind {
  readonly connection?: string | undefined;
  /** The limits with a short window. */
  readonly limits: readonly Limit[];
}

/** A waiting call of any process. Moments are readings of the clock of the store. */
export interface Ticket {
  readonly id: string;
  /** When it arrived; in the future for a call that lets others go first. */
  readonly at: number;
  readonly kind: Kind;
  /** Until when it is held back by what other processes do not see. */
  notBefore: number;
}

/** Id, arrival, index of the kind, `notBefore`: there can be hundreds of tickets. */
type StoredTicket = readonly [string, number, number, number];

interface StoredLimit extends Limit, Usage {}

/** The content of a document: of an account, of a connection, or of a limit with a long window. */
export interface Content {
  readonly version: 1;
  readonly limits: readonly StoredLimit[];
  readonly pauses: readonly (readonly [string, Pause])[];
  readonly kinds: readonly Kind[];
  /** In the order of arrival. */
  readonly tickets: readonly StoredTicket[];
  /** The processes that have something at stake here, by their last sign of life. */
  readonly seen: readonly (readonly [string, number])[];
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isString = (value: unknown): value is string => typeof value === 'string';
const isMissingOr = (value: unknown, check: (value: unknown) => boolean): boolean =>
  value === undefined || check(value);
const isListOf = (value: unknown, check: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(check);
const isPair = (value: unknown, check: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length === 2 && isString(value[0]) && check(value[1]);

const isSlot = (value: unknown): boolean =>
  isObject(value) &&
  isNumber(value.freeAt) &&
  isMissingOr(value.id, isString) &&
  isMissingOr(value.heldUntil, isNumber);

const isLowered = (value: unknown): boolean => isObject(value) && isNumber(value.calls) && isNumber(value.since);

const isLimit = (value: unknown): boolean =>
  isObject(value) &&
  isString(value.key) &&
  (value.scope === 'account' || value.scope === 'connection') &&
  isNumber(value.calls) &&
  isNumber(value.windowMs);

const isUsage = (value: unknown): boolean =>
  isObject(value) && isListOf(value.slots, isSlot) && isMissingOr(value.lowered, isLowered);

const isPause = (value: unknown): boolean =>
  isObject(value) &&
  isNumber(value.until) &&
  isNumber(value.lengthMs) &&
  isNumber(value.retryAfterUntil) &&
  isMissingOr(value.probe, isString) &&
  isMissingOr(value.unclearIn, isString);

const isKind = (value: unknown): boolean =>
  isObject(value) && isMissingOr(value.connection, isString) && isListOf(value.limits, isLimit);

const isTicket = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 4 && isString(value[0]) && value.slice(1).every(isNumber);

const isContent = (value: unknown): value is Content =>
  isObject(value) &&
  value.version === 1 &&
  isListOf(value.limits, (item) => isLimit(item) && isUsage(item)) &&
  isListOf(value.pauses, (item) => isPair(item, isPause)) &&
  isListOf(value.kinds, isKind) &&
  isListOf(value.tickets, isTicket) &&
  isListOf(value.seen, (item) => isPair(item, isNumber));

/** The document of an account, of a connection or of a limit. */
export const pacedDocument = (key: string): Document<Content> => ({
  key: `pace:${key}`,
  parse: (written) => (isContent(written) ? written : undefined),
});

/** Written when a call may get its turn earlier than its process expects; what is in it does not matter. */
export const bellOf = (account: string): Document<number> => ({
  key: `pace-bell:${account}`,
  parse: (written) => (isNumber(written) ? written : undefined),
});

/** A document is kept this long after the last moment that it holds: until its calls have gone, and its limits recovered. */
const keepMs = 300_000;

/** A document while a transaction changes it. */
export interface OpenDocument {
  readonly key: string;
  readonly pauses: Map<string, Pause>;
  /** In the order of arrival. */
  tickets: Ticket[];
  readonly seen: Map<string, number>;
  /** Whether it must be written. */
  changed: boolean;
  gaugeOf(limit: Limit): Gauge;
  /** The slots whose requests may still leave. */
  leases(): { readonly gauge: Gauge; readonly slot: Slot }[];
  save(): void;
}

/** Opens a document within a transaction. */
export function openDocument(key: string, transaction: Transaction): OpenDocument {
  const document = pacedDocument(key);
  const { now } = transaction;
  const content = transaction.read(document);
  const usages = new Map<string, { readonly gauge: Gauge; readonly usage: Usage }>();

  function add(limit: Limit, usage: Usage): Gauge {
    const gauge = createGauge(limit, usage);
    usages.set(limit.key, { gauge, usage });
    return gauge;
  }

  for (const { key: name, scope, calls, windowMs, slots, lowered } of content?.limits ?? []) {
    add({ key: name, scope, calls, windowMs }, { slots, lowered });
  }
  const kinds = content?.kinds ?? [];
  const tickets = (content?.tickets ?? []).flatMap(([id, at, index, notBefore]): Ticket[] => {
    const kind = kinds[index];
    return kind === undefined ? [] : [{ id, at, kind, notBefore }];
  });

  const opened: OpenDocument = {
    key,
    pauses: new Map(content?.pauses),
    tickets,
    seen: new Map(content?.seen),
    changed: false,
    gaugeOf(limit) {
      const found = usages.get(limit.key);
      if (found === undefined) return add(limit, { slots: [] });
      const { calls, windowMs } = found.gauge.limit;
      // Another version of this program may have written it.
      return calls === limit.calls && windowMs === limit.windowMs ? found.gauge : add(limit, found.usage);
    },
    leases: () =>
      [...usages.values()].flatMap(({ gauge, usage }) =>
        usage.slots.filter(({ heldUntil }) => heldUntil !== undefined).map((slot) => ({ gauge, slot })),
      ),
    save() {
      const limits = [...usages.values()]
        .filter(({ gauge }) => !gauge.idle(now))
        .map(({ gauge, usage }): StoredLimit => ({ ...gauge.limit, ...usage }));
      const used = [...new Set(opened.tickets.map(({ kind }) => kind))];
      const next: Content = {
        version: 1,
        limits,
        pauses: [...opened.pauses],
        kinds: used,
        tickets: opened.tickets.map(({ id, at, kind, notBefore }) => [id, at, used.indexOf(kind), notBefore]),
        seen: [...opened.seen],
      };
      if (limits.length + next.pauses.length + next.tickets.length + next.seen.length === 0) {
        if (content !== undefined) transaction.remove(document);
        return;
      }
      const moments = [
        now,
        ...limits.flatMap(({ slots }) => slots.map(({ freeAt, heldUntil = 0 }) => Math.max(freeAt, heldUntil))),
        ...next.pauses.map(([, { until }]) => until + longestBackoffMs),
      ];
      transaction.write(document, next, Math.ceil(Math.max(...moments) - now + keepMs));
    },
  };
  return opened;
}
