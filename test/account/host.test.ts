import { describe, expect, test } from 'vitest';
import { openAccount } from '../../src/account/account.js';
import { type HostParts, openHost } from '../../src/account/host.js';
import { createMemoryJobs } from '../../src/account/jobs/memory-jobs.js';
import { createSendGuard } from '../../src/account/send-guard/memory-send-guard.js';
import { noTelemetry } from '../../src/account/telemetry/telemetry.js';
import { toolNamed } from '../../src/cli/commands/tool-by-name.js';
import { userAgent } from '../../src/config/version.js';
import type { HttpClient } from '../../src/upstream/client/http-client.js';
import { realClock } from '../../src/upstream/clock.js';
import { createLocalPacer } from '../../src/upstream/pacing/local-pacer.js';
import { collectedLog } from '../support/caller.js';
import { configOf } from '../support/config.js';
import { everyTurnAtOnce } from '../support/pacer.js';
import { pinnedId } from '../support/program.js';
import { manualClock, settle } from '../support/timing.js';

const config = configOf({ MATON_API_KEY: 'key-of-the-account', MATON_CONNECTION_ID: pinnedId });

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
    jobs: createMemoryJobs(clock.now),
    notices: { announce: () => undefined, watch: () => () => undefined },
    telemetry: { ...noTelemetry, close: async () => void events.push('telemetry closed') },
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
    expect(openHost(config.host, parts)).toMatchObject({ ...others, log: log.log });
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

  test('closes its accounts with it: calls in flight and calls that wait for their turn are cancelled', async () => {
    const { parts } = allParts();
    const clock = manualClock();
    const http: HttpClient = {
      ...parts.http,
      exchange: (_, signal, onSent) => {
        onSent();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      },
    };
    const host = openHost(config.host, { ...parts, http, clock, pacer: createLocalPacer(clock) });
    const account = openAccount(host, config.account);
    const side = { signal: new AbortController().signal };
    const calls = Array.from({ length: 30 }, () => account.call(toolNamed('get_page', account.tools), {}, side));
    await settle();
    await host.close();
    const outcomes = await Promise.all(calls);
    const kinds = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.failure.kind]));
    expect(new Set(kinds)).toEqual(new Set(['cancelled']));
    expect(kinds).toHaveLength(30);
  });

  test('closes its parts and flushes the log', async () => {
    const { parts, events } = allParts();
    await openHost(config.host, parts).close();
    expect(events.toSorted()).toEqual(['http closed', 'log flushed', 'pacer closed', 'telemetry closed']);
  });

  test('redacts the key of an account in its log while the account is open', () => {
    const logged: string[] = [];
    const host = openHost(configOf({}).host, { log: collectedLog(configOf({}), logged) });
    const account = openAccount(host, config.account);
    host.log.info({ name: 'key-of-the-account' }, 'open');
    account.close();
    host.log.info({ name: 'key-of-the-account' }, 'closed');
    expect(logged.map((line) => JSON.parse(line).name)).toEqual(['[redacted]', 'key-of-the-account']);
  });
});
