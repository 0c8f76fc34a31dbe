import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChangeNotices } from '../../../src/account/lookups/change-notices.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { createMemoryStore } from '../../../src/store/memory-store.js';
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
