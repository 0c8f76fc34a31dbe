import { onTestFinished } from 'vitest';
import type { AccountInbox, Arrival, ReceiveRules } from '../../../src/account/inbox/inbox.js';
import { createSharedInbox } from '../../../src/account/inbox/shared-inbox.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import { type ManualClock, manualClock, settle } from '../timing.js';

/** Stores as two processes open them, on one state that no other test uses, whose time is `now`. */
export type OpenStores = (now: () => number) => Promise<readonly [SharedStore, SharedStore]>;

export const never = new AbortController().signal;
export const beginning = Date.parse('2026-09-20T12:00:00Z');

/** A text of a contact. */
export const says = (text: string, more: Partial<Arrival> = {}): Arrival => ({
  contact: '1001',
  contactName: 'Ana Alves',
  channel: 'whatsapp',
  said: { kind: 'text', text },
  ...more,
});

/** How arrivals are received, without a request that waits. */
export const rules: ReceiveRules = {
  mode: 'reply',
  pauseMs: 2_000,
  loop: { answers: 20, withinMs: 600_000 },
};

/** A request that waits for eight seconds. */
export const held = (id: string, takes: 'text' | 'content' = 'content'): ReceiveRules => ({
  ...rules,
  holder: { id, forMs: 8_000, takes },
});

/** Takes what there is, without waiting. */
export const takeNow = (inbox: AccountInbox, reader = 'agent', done: readonly string[] = []) =>
  inbox.take({ reader, limit: 20, done, waitMs: 0 }, never);

export const textOf = ({ said }: Pick<Arrival, 'said'>): string => (said.kind === 'text' ? said.text : said.type);

/** Opens an account's inbox at two processes, and that of another account. */
export async function openInboxes(openStores: OpenStores): Promise<{
  clock: ManualClock;
  one: AccountInbox;
  other: AccountInbox;
  stranger: AccountInbox;
}> {
  const clock = manualClock();
  const stores = await openStores(() => beginning + clock.now());
  const inboxes = stores.map((store) => createSharedInbox(store, clock));
  onTestFinished(async () => void (await Promise.all(inboxes.map((inbox) => inbox.close()))));
  const [first, second] = inboxes;
  if (first === undefined || second === undefined) throw new Error('two are opened');
  return { clock, one: first.of('account'), other: second.of('account'), stranger: second.of('another account') };
}

/** Lets time pass until work is done. */
export async function passing<Value>(clock: ManualClock, work: Promise<Value>): Promise<Value> {
  let done = false;
  const watched = work.finally(() => {
    done = true;
  });
  for (await settle(); !done; await settle()) clock.advance(500);
  return watched;
}

/** Waits until a message is in a state, by asking for it again and again. */
export async function reaches(inbox: AccountInbox, state: string): Promise<void> {
  for (;;) {
    const { entries } = await inbox.list({ limit: 50 });
    if (entries.some((entry) => 'state' in entry && entry.state === state)) return;
    await settle();
  }
}
