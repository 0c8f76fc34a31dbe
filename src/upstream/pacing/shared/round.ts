import type { Document, Transaction } from '../../../store/shared-store.js';
import type { Limit, Load, PauseScopes } from '../pacer.js';
import { createPauses, type Pause } from '../pauses.js';
import { bellOf, type OpenDocument, openDocument, pacedDocument } from './document.js';
import { applyReport, type Report } from './reports.js';
import { isLong, type Served, serve, type WaitingCall } from './serve.js';

/*
 * A round is one transaction of one process on one account. It enters what became of the turns of the process, and gives
 * turns to those of its calls that have room and come first. Moments are readings of the clock of the store.
 */

/** A process is gone when it has not been seen for so long. */
const goneAfterMs = 3_000;
/** A process with something at stake is seen at least this often. */
const signOfLifeMs = 900;
/** So long after a round of its process a turn can be used: until then no other process takes that for gone. */
export const usableMs = goneAfterMs - signOfLifeMs;
/** What a store that was away may have forgotten: the window of most limits, and the longest delay of a response. */
const silenceMs = 1_250;

/** What a process does in a round. */
export interface Round {
  readonly process: string;
  readonly account: string;
  /** In the order of their arrival. */
  readonly calls: readonly WaitingCall[];
  readonly reports: readonly Report[];
  /** Loads of turns that are under way, and connections for which calls of others wait. */
  readonly others: readonly PauseScopes[];
}

/** What a round came to. */
export interface RoundResult extends Omit<Served, 'moved'> {
  readonly now: number;
  /** Connections for which calls wait, of any process. */
  readonly connections: readonly (string | undefined)[];
}

/** Where the state of a limit is. */
function homeOf(limit: Limit, { account, connection = account }: PauseScopes): string {
  if (isLong(limit)) return limit.key;
  return limit.scope === 'account' ? account : connection;
}

const scopeHomes = ({ account, connection = account }: PauseScopes): string[] => [account, connection];

export const longHomes = ({ limits }: Load): string[] => limits.filter(isLong).map(({ key }) => key);

/** The keys of what a round reads or writes. */
function homesOf({ account, calls, reports, others }: Round): Set<string> {
  const loads = [...calls, ...reports].map(({ load }) => load);
  return new Set([account, ...[...loads, ...others].flatMap(scopeHomes), ...loads.flatMap(longHomes)]);
}

/** The documents that a round reads or writes. */
export const documentsOf = (round: Round): Document<unknown>[] => [
  ...[...homesOf(round)].map(pacedDocument),
  bellOf(round.account),
];

/** Runs a round. It has no effect but on the transaction. */
export function runRound(transaction: Transaction, round: Round): RoundResult {
  const { now, backSince = Number.NEGATIVE_INFINITY } = transaction;
  const { process, account, calls, reports } = round;
  const documents = new Map([...homesOf(round)].map((key) => [key, openDocument(key, transaction)]));
  const own = documents.get(account) ?? openDocument(account, transaction);

  let moved = false;
  for (const document of documents.values()) {
    if (dropTheGone(document, process, now, backSince)) moved = true;
  }

  const gaugesOf = (scopes: PauseScopes, limits: readonly Limit[]) =>
    limits.flatMap((limit) => documents.get(homeOf(limit, scopes))?.gaugeOf(limit) ?? []);
  /** The account knows of the pauses of its connections that may become its own. */
  const pauses = new Map([...documents.values()].flatMap((document) => [...document.pauses]));
  for (const [key, { pauses: newest }] of documents) {
    const pause = newest.get(key);
    if (pause === undefined) pauses.delete(key);
    else pauses.set(key, pause);
  }
  const paused = createPauses(pauses);
  const touch = (load: Load): void => {
    for (const key of [...scopeHomes(load), ...longHomes(load)]) {
      const document = documents.get(key);
      if (document !== undefined) document.changed = true;
    }
  };

  for (const report of reports) {
    touch(report.load);
    if (applyReport(report, { gauges: gaugesOf(report.load, report.load.limits), paused, now })) moved = true;
    own.tickets = own.tickets.filter(({ id }) => id !== report.id);
  }
  const served = serve(calls, { now, own, paused, gaugesOf, quietUntil: backSince + silenceMs });
  for (const { id, load } of calls) if (served.granted.has(id)) touch(load);

  paused.sweep(now);
  for (const document of documents.values()) {
    keepPauses(document, pauses, account, now);
    showLife(document, process, now);
    if (document.changed) document.save();
  }
  const isOther = ({ id }: { readonly id: string }): boolean => !isOf(process, id);
  if ((moved || served.moved) && own.tickets.some(isOther)) transaction.write(bellOf(account), now, silenceMs);
  const { granted, refused, waiting } = served;
  return { now, granted, refused, waiting, connections: [...new Set(own.tickets.map(({ kind }) => kind.connection))] };
}

const isOf = (process: string, id: string | undefined): boolean => id?.startsWith(`${process}.`) === true;

/** Drops what processes have at stake that are gone. Returns whether they had something. */
function dropTheGone(document: OpenDocument, self: string, now: number, backSince: number): boolean {
  let dropped = false;
  for (const [process, seen] of document.seen) {
    // No process could show a sign of life while the store was away.
    if (process === self || now - Math.max(seen, backSince) <= goneAfterMs) continue;
    document.seen.delete(process);
    document.tickets = document.tickets.filter(({ id }) => !isOf(process, id));
    for (const { gauge, slot } of document.leases()) if (isOf(process, slot.id)) gauge.departed(slot, now);
    const scopes = { account: document.key };
    const probe = document.pauses.get(document.key)?.probe;
    if (probe !== undefined && isOf(process, probe)) createPauses(document.pauses).over(scopes, probe, false, now);
    document.changed = true;
    dropped = true;
  }
  return dropped;
}

/** A document holds its own pause; that of an account those too that its connections have for an unclear reason. */
function keepPauses(document: OpenDocument, pauses: Map<string, Pause>, account: string, now: number): void {
  document.pauses.clear();
  for (const [key, pause] of pauses) {
    const mayBecomeOwn = document.key === account && pause.unclearIn === account && pause.until > now;
    if (key === document.key || mayBecomeOwn) document.pauses.set(key, pause);
  }
}

/** Shows a sign of life where the process has calls that wait, turns that may still be used, or a probe. */
function showLife(document: OpenDocument, process: string, now: number): void {
  const seen = document.seen.get(process);
  if (!document.changed && seen !== undefined && now - seen < signOfLifeMs) return;
  const hasStake =
    document.tickets.some(({ id }) => isOf(process, id)) ||
    document.leases().some(({ slot }) => isOf(process, slot.id)) ||
    isOf(process, document.pauses.get(document.key)?.probe);
  if (hasStake) {
    document.seen.set(process, now);
    document.changed = true;
  } else if (seen !== undefined) {
    document.seen.delete(process);
    document.changed = true;
  }
}
