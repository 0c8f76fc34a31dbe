import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChangeNotices } from '../../../src/account/lookups/change-notices.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
import type { SharedStore } from '../../../src/store/shared-store.js';
import { createCaller } from '../../support/caller.js';
import { john } from '../../support/people.js';
import { pinnedTo } from '../../support/program.js';

describe('a field that another process has created', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  /** Two processes on one account; one of them has read the fields before the other creates one. */
  async function typeSeenByTheOther(share: boolean): Promise<unknown> {
    const store = createMemoryStore(Date.now);
    const opened = [0, 1].map(() =>
      createCaller(pinnedTo(sandbox), share ? { notices: createChangeNotices(store) } : {}),
    );
    const [one, other] = opened;
    if (one === undefined || other === undefined) throw new Error('two were opened');
    const name = `size ${share}`;
    const set = (field: string, value: string) =>
      other.call('manychat_set_custom_field_by_name', { subscriber_id: john, field_name: field, field_value: value });
    await set('birthday', '2000-02-03');
    await one.call('manychat_create_custom_field', { caption: name, type: 'number' });
    const outcome = await set(name, '12');
    for (const each of opened) await each.close();
    return outcome.ok ? outcome.result.value : outcome.failure.message;
  }

  test('is known by its type at once where processes tell each other of changes', async () => {
    expect(await typeSeenByTheOther(true)).toBe(12);
    expect(await typeSeenByTheOther(false)).not.toBe(12);
  });
});

describe('a notice that another process has changed an account', () => {
  /** Two processes on a store that tells them only of what is announced while it is not `deaf`. */
  function twoProcesses() {
    const memory = createMemoryStore(Date.now);
    const state = { deaf: false, backSince: undefined as number | undefined, tell: [] as (() => void)[] };
    const store: SharedStore = {
      ...memory,
      transact: (documents, change, signal) =>
        memory.transact(documents, (each) => change({ ...each, backSince: state.backSince }), signal),
      watch: (document, changed) => {
        state.tell.push(changed);
        return memory.watch(document, () => {
          if (!state.deaf) changed();
        });
      },
    };
    const [one, other] = [createChangeNotices(store), createChangeNotices(store)];
    let changes = 0;
    one.watch('account', () => (changes += 1));
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    /** What happened, and how often caches were emptied for it. */
    const during = async (work: () => void): Promise<number> => {
      const before = changes;
      work();
      await settled();
      return changes - before;
    };
    const reconnect = (): void => {
      state.deaf = false;
      for (const tell of state.tell) tell();
    };
    return { state, one, other, during, reconnect };
  }

  test('is no notice in the process that makes the change', async () => {
    const { one, other, during } = twoProcesses();
    expect(await during(() => one.announce('account'))).toBe(0);
    expect(await during(() => other.announce('account'))).toBe(1);
    expect(await during(() => one.announce('account'))).toBe(0);
  });

  test('counts although this process makes a change right after it', async () => {
    const { one, other, during } = twoProcesses();
    const both = await during(() => {
      other.announce('account');
      one.announce('account');
    });
    expect(both).toBe(1);
  });

  test('counts when it was lost, and after the next reconnect or change', async () => {
    const { state, one, other, during, reconnect } = twoProcesses();
    state.deaf = true;
    expect(await during(() => other.announce('account'))).toBe(0);
    expect(await during(reconnect)).toBe(1);
    expect(await during(reconnect)).toBe(0);
    state.deaf = true;
    await during(() => other.announce('account'));
    expect(await during(() => one.announce('account'))).toBe(1);
  });

  test('may have been forgotten by a store that was away', async () => {
    const { state, during, reconnect } = twoProcesses();
    state.backSince = 1;
    expect(await during(reconnect)).toBe(1);
    expect(await during(reconnect)).toBe(0);
  });
});
