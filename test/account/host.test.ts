import { describe, expect, test } from 'vitest';
import { openAccount } from '../../src/account/account.js';
import { type HostParts, openHost } from '../../src/account/host.js';
import { createSendGuard } from '../../src/account/send-guard/memory-send-guard.js';
import { toolNamed } from '../../src/cli/commands/tool-by-name.js';
import { userAgent } from '../../src/config/version.js';
import type { HttpClient } from '../../src/upstream/client/http-client.js';
import { realClock } from '../../src/upstream/clock.js';
import { collectedLog } from '../support/caller.js';
import { configOf } from '../support/config.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { manualClock } from '../support/timing.js';

const config = configOf({ MATON_API_KEY: 'key-of-the-account', MATON_CONNECTION_ID: 'c1' });

/** All parts of a host, none of which reaches beyond this process; `events` records what they were asked for. */
function allParts() {
  const events: string[] = [];
  const clock = manualClock();
  const log = collectedLog(config, []);
  const http: HttpClient = {
    async exchange({ url, headers }) {
      events.push(`${headers['user-agent']} ${url.pathname}`);
      const text = '{"status":"success","data":{"id":1}}';
      return { status: 200, headers: { 'content-type': 'application/json' }, text };
    },
    close: async () => void events.push('http closed'),
  };
  const parts: HostParts = {
    http,
    clock,
    pacer: {
      ...everyTurnAtOnce,
      async turn(...asked) {
        events.push('turn');
        return everyTurnAtOnce.turn(...asked);
      },
      close: async () => void events.push('pacer closed'),
    },
    guard: createSendGuard(clock.now),
    now: () => 1,
    random: () => 0.5,
    userAgent: 'test/1',
    log: { ...log, flushed: async () => void events.push('log flushed') },
  };
  return { parts, events };
}

describe('a host', () => {
  test('has the parts that were handed in', () => {
    const { parts } = allParts();
    const { log, ...others } = parts;
    expect(openHost(config.host, parts)).toMatchObject({ ...others, log: log.log, redactor: log.redactor });
  });

  test('opens the parts that were not handed in', async () => {
    const host = openHost(config.host, { log: collectedLog(config, []) });
    expect(host).toMatchObject({ clock: realClock, now: Date.now, random: Math.random, userAgent });
    await host.close();
  });

  test('lets its accounts make their requests with its parts', async () => {
    const { parts, events } = allParts();
    const account = openAccount(openHost(config.host, parts), config.account);
    const side = { signal: new AbortController().signal };
    expect(await account.call(toolNamed('get_page', account.tools), {}, side)).toMatchObject({ ok: true });
    expect(events).toEqual(['turn', 'test/1 /manychat/fb/page/getInfo']);
  });

  test('closes its parts and flushes the log', async () => {
    const { parts, events } = allParts();
    await openHost(config.host, parts).close();
    expect(events.toSorted()).toEqual(['http closed', 'log flushed', 'pacer closed']);
  });

  test('redacts the key of an account that was opened after it', () => {
    const host = openHost(configOf({}).host, { log: collectedLog(configOf({}), []) });
    expect(host.redactor.holdsKey('key-of-the-account')).toBe(false);
    openAccount(host, config.account);
    expect(host.redactor.holdsKey('key-of-the-account')).toBe(true);
  });
});
