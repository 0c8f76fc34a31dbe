import type { Sandbox } from '../../../src/sandbox/index.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import { asObject, type Result } from '../../../tools/contract/json.js';
import { type DrivenClock, drivenClock } from '../driven.js';
import { createRandom } from '../random.js';
import { startKeeping } from '../sandboxed.js';
import { Lot } from '../sequences/lot.js';
import { type Attempts, answerMessage, messagesOf, rest, work } from './agent.js';
import { type Ending, guests, type Plan, replicas } from './draw.js';
import { accountOf, hookOf } from './guests.js';
import { type Replica, secret, startReplica } from './replica.js';

/** What a run came to, seen from outside. */
export interface Observed {
  readonly plan: Plan;
  readonly attempts: Attempts;
  /** Messages that were delivered to contacts, as text. */
  readonly deliveries: readonly { readonly contact: string; readonly channel: string; readonly text: string }[];
  readonly calls: ReturnType<Sandbox['calls']>;
  /** How long each call of ManyChat took, in milliseconds. */
  readonly tookMs: readonly number[];
  /** Bodies of responses to calls of ManyChat. */
  readonly responses: readonly string[];
  /** What manychat_list_messages shows at the end. */
  readonly listed: readonly Result[];
}

/** A store that all replicas of a run open. */
export interface RunStore {
  open(): Promise<SharedStore>;
  close(): Promise<void>;
}

/** After the last text the team has this time; then an agent that nothing disturbs goes on, in milliseconds. */
const teamMs = 25_000;
/** Longer than a message is with a reader, and than an answer without an outcome is waited for, in milliseconds. */
const calmMs = 901_000;

/** The texts of a delivery. */
const textIn = (messages: readonly unknown[]): string => messages.map((each) => asObject(each).text).join('\n');

/** The whole history. */
async function listAll(replica: Replica): Promise<Result[]> {
  const all: Result[] = [];
  for (let next: unknown; ; ) {
    const outcome = await replica.call('manychat_list_messages', { ...(next !== undefined && { next }) });
    if (!outcome.ok) throw new Error(`the history cannot be listed: ${outcome.failure.message}`);
    all.push(...messagesOf(outcome.result));
    next = outcome.result.next;
    if (next === undefined) return all;
  }
}

/** Lets contacts write, replicas end and agents answer as planned, and then lets what is left be answered. */
export async function run(plan: Plan, openStore: (clock: DrivenClock) => Promise<RunStore>): Promise<Observed> {
  const clock = drivenClock();
  const store = await openStore(clock);
  const lot = new Lot(createRandom(plan.seed));
  const attempts: Attempts = { all: [], failures: [] };
  const tookMs: number[] = [];
  const responses: string[] = [];
  const team: Replica[] = [];
  const working: Promise<void>[] = [];
  const closing: Promise<void>[] = [];

  async function answerCalls(request: Request, written: Promise<void>): Promise<Response> {
    const open = team.filter((each) => each.isOpen());
    const replica = open[lot.number(0, open.length - 1)];
    if (replica === undefined) throw new Error('nothing listens');
    const started = clock.now();
    const response = await replica.answer(request, written).finally(() => tookMs.push(clock.now() - started));
    const body = await response.text();
    responses.push(body);
    return new Response(body, response);
  }

  const sandbox = await startKeeping({
    account: accountOf(guests),
    clock: clock.wallClock,
    limits: false,
    answerCalls,
  });
  sandbox.addHooks(...Array.from(plan.kinds, ([channel, kind]) => hookOf(channel, kind, 'http://127.0.0.1:1', secret)));
  for (const fault of plan.calls) sandbox.injectCallFault(fault);
  for (const fault of plan.upstream) sandbox.injectFault(fault);
  const ends = (plan.writings.at(-1)?.at ?? 0) + teamMs;

  async function start(ending?: Ending): Promise<void> {
    const own = await clock.still(store.open());
    const at = team.length;
    const random = createRandom(plan.seed * 31 + at);
    const replica = startReplica({ sandbox, store: own, clock, random, settings: plan, ending });
    team.push(replica);
    const habits = plan.habits[at % plan.habits.length];
    if (habits !== undefined) {
      const parts = { replica, clock, lot: new Lot(random), habits, attempts, goesOn: () => clock.now() < ends };
      working.push(work(parts));
    }
    if (ending?.way === 'asked')
      clock.after(ending.after, () => {
        replica.drain();
        closing.push(replica.close());
      });
  }

  /** Starts another replica for each that has ended. */
  async function restart(): Promise<void> {
    while (clock.now() < ends) {
      await rest(clock, 500);
      while (team.filter((each) => each.isOpen()).length < replicas) await start();
    }
  }

  try {
    for (let at = 0; at < replicas; at += 1) await start(plan.endings[at]);
    for (const { guest, word, at } of plan.writings)
      clock.after(at, () => sandbox.contactWrites(guest.id, { text: word }));
    if (plan.away !== undefined) {
      const { from, forMs } = plan.away;
      clock.after(from, () => team[0]?.loseStore(true));
      clock.after(from + forMs, () => team[0]?.loseStore(false));
    }
    await restart();
    // Calls that wait for a next one leave.
    await clock.still(fetch(`${sandbox.url}/sandbox/calls/faults`, { method: 'DELETE' }));
    await sandbox.callsSettled();
    await rest(clock, teamMs);
    sandbox.clearFaults();
    const last = await clock.still(store.open());
    const calm = startReplica({ sandbox, store: last, clock, random: () => 0.5, settings: plan });
    for (let idle = 0, done: string[] = []; idle < 2; ) {
      const outcome = await calm.call('manychat_wait_for_messages', { wait_seconds: 0, done });
      if (!outcome.ok) throw new Error(`messages cannot be taken: ${outcome.failure.message}`);
      const messages = messagesOf(outcome.result);
      idle = messages.length === 0 ? idle + 1 : 0;
      for (const message of messages) await answerMessage(message, { replica: calm, clock, lot, attempts });
      done = messages.map(({ message_id: id }) => String(id));
      await rest(clock, calmMs);
    }
    const listed = await listAll(calm);
    const alive = team.filter((each) => each.isAlive());
    if (alive.length === team.length) await Promise.all(working);
    await Promise.all([calm.close(), ...alive.map((each) => each.close()), ...closing]);
    return {
      plan,
      attempts,
      tookMs,
      responses,
      listed,
      calls: [...sandbox.calls()],
      deliveries: sandbox
        .messages()
        .filter(({ delivered }) => delivered)
        .map(({ subscriber_id: id, channel, messages }) => ({ contact: id ?? '', channel, text: textIn(messages) })),
    };
  } finally {
    await sandbox.close();
    await store.close();
  }
}
