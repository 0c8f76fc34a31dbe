import { describe, expect, test } from 'vitest';
import type { AccountInbox, Arrival } from '../../../src/account/inbox/inbox.js';
import { createSharedInbox } from '../../../src/account/inbox/shared-inbox.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import { held, never, rules, says } from '../../support/inbox/inboxes.js';
import { type TestProcess, testProcess } from '../../support/processes.js';
import { createRandom } from '../../support/random.js';
import { finish, type ManualClock, manualClock } from '../../support/timing.js';

const rest = (clock: Pick<ManualClock, 'after'>, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });

/** What happened in a run. */
interface Told {
  /** Texts whose arrival was acknowledged. */
  readonly acknowledged: Set<string>;
  /** Answers that may have reached the contact, by message. */
  readonly answers: string[];
  /** Something was killed, lost, or came back without an outcome. */
  disturbed: boolean;
}

/** Runs a team of two processes, with agents and requests, for a while. */
async function play(seed: number, disturbing: boolean): Promise<{ told: Told; inbox: AccountInbox }> {
  const random = createRandom(seed);
  const pick = (most: number): number => Math.floor(random() * most);
  const clock = manualClock();
  const store = createMemoryStore(() => 1_800_000_000_000 + clock.now());
  const told: Told = { acknowledged: new Set(), answers: [], disturbed: false };
  const start = () => {
    const process = testProcess(store, clock, random, 40);
    return { process, inbox: createSharedInbox(process.store, process.clock).of('account') };
  };
  const team = [start(), start()];
  const playEnds = 60_000;

  /** A request of ManyChat: it is acknowledged, or its response holds the answer. */
  async function request(arrival: Arrival, { process, inbox }: { process: TestProcess; inbox: AccountInbox }) {
    const id = `h${random()}`;
    const asked = random() < 0.6 ? held(id, random() < 0.5 ? 'text' : 'content') : rules;
    const { state, message } = await inbox.receive(arrival, asked);
    if (arrival.said.kind === 'text') told.acknowledged.add(arrival.said.text);
    if (asked.holder === undefined || state === 'duplicate') return;
    const content = await inbox.heldAnswer(message, { id }, never);
    if (content === undefined) return;
    told.answers.push(message);
    if (disturbing && random() < 0.2) {
      told.disturbed = true;
      if (random() < 0.5) return;
      return inbox.confirm(message, { id }, false);
    }
    await rest(process.clock, pick(30));
    await inbox.confirm(message, { id }, true);
  }

  /** Answers a message. False if that failed, so that it is still to be done. */
  async function answer(inbox: AccountInbox, id: string): Promise<boolean> {
    const content =
      random() < 0.7
        ? { text: `Answer to ${id}` }
        : { data: { content: { messages: [{ type: 'text', text: `Answer to ${id}` }] } } };
    const claimed = await inbox.answer(id, content, false, never);
    if (claimed.state === 'unknown') told.disturbed = true;
    if (claimed.state !== 'late') return true;
    if (disturbing && random() < 0.2) {
      await claimed.settle('not sent');
      return false;
    }
    told.answers.push(id);
    if (disturbing && random() < 0.2) {
      told.disturbed = true;
      await claimed.settle('unknown');
      return true;
    }
    await claimed.settle('sent');
    return true;
  }

  async function agent({ process, inbox }: { process: TestProcess; inbox: AccountInbox }, reader: string) {
    for (let done: string[] = []; clock.now() < playEnds; ) {
      const taken = await inbox.take({ reader, limit: 3, done, waitMs: 5_000 }, never);
      done = [];
      for (const { id } of taken) {
        await rest(process.clock, pick(random() < 0.8 ? 3_000 : 12_000));
        const finished = await answer(inbox, id);
        if (finished && (!disturbing || random() < 0.9)) done.push(id);
      }
    }
  }

  const arrivals = Array.from({ length: 8 }, (_, index) => {
    const second = String(index * 2).padStart(2, '0');
    const arrival = says(`Text ${index}`, {
      contact: String(1 + pick(3)),
      lastInteraction: `2026-09-20T12:00:${second}Z`,
    });
    return { arrival, at: index * 2_000 + pick(2_500) };
  });
  const all = [
    ...arrivals,
    ...arrivals.filter(() => random() < 0.3).map((each) => ({ ...each, at: each.at + pick(4_000) })),
  ];
  for (const { arrival, at } of all)
    clock.after(at, () => {
      const member = team[pick(2)];
      if (member !== undefined) request(arrival, member).catch(() => (told.disturbed = true));
    });
  for (const [index, member] of team.entries()) void agent(member, `agent ${index}`);
  if (disturbing)
    clock.after(pick(30_000), () => {
      const [killed] = team;
      killed?.process.kill();
      told.disturbed = true;
      const next = start();
      team[0] = next;
      void agent(next, 'agent 0');
    });
  await finish(clock, rest(clock, playEnds + 30_000));

  // At the end, an agent that nothing disturbs answers what is left.
  const calm = createSharedInbox(store, clock).of('account');
  const afterwards = async (): Promise<void> => {
    for (let done: string[] = [], idle = 0; idle < 2; ) {
      const taken = await calm.take({ reader: 'last', limit: 20, done, waitMs: 0 }, never);
      idle = taken.length === 0 ? idle + 1 : 0;
      done = taken.map(({ id }) => id);
      for (const { id } of taken) {
        const claimed = await calm.answer(id, { text: 'At last' }, false, never);
        if (claimed.state !== 'late') continue;
        told.answers.push(id);
        await claimed.settle('sent');
      }
      await rest(clock, 901_000);
    }
  };
  await finish(clock, afterwards());
  return { told, inbox: calm };
}

describe.each([false, true])('250 runs of a team, disturbed: %s', (disturbing) => {
  test('no message is answered twice, and none that was acknowledged is lost', async () => {
    for (let seed = 1; seed <= 250; seed += 1) {
      const { told, inbox } = await play(seed, disturbing);
      const { entries } = await inbox.list({ limit: 100 });
      const messages = entries.flatMap((entry) => ('said' in entry ? [entry] : []));
      const texts = messages.flatMap(({ said }) => (said.kind === 'text' ? said.text.split('\n') : []));
      const context = `seed ${seed}`;
      expect(new Set(told.answers).size, context).toBe(told.answers.length);
      expect(new Set(texts).size, context).toBe(texts.length);
      for (const text of told.acknowledged) expect(texts, context).toContain(text);
      for (const { id, state, done } of messages) {
        expect(['written', 'sent', 'unknown'], context).toContain(state);
        expect(done, context).toBe(true);
        if (state !== 'unknown') expect(told.answers, context).toContain(id);
      }
      if (disturbing) continue;
      expect(told.disturbed, context).toBe(false);
      expect(told.answers.toSorted(), context).toEqual(messages.map(({ id }) => id).toSorted());
    }
  }, 120_000);
});
