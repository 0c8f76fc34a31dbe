import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { bulk } from '../../src/cli/bulk/command.js';
import { runCommandLine } from '../../src/cli/command-line.js';
import { csv, hello } from '../support/bulk.js';
import { configOf } from '../support/config.js';
import { useFolder } from '../support/folder.js';
import { followers } from '../support/people.js';
import { recordingShell } from '../support/shell.js';
import { startUpstream, type Upstream } from '../support/upstream.js';

const write = useFolder();
const contacts = 60;

/** An upstream that keeps its answers to writes back until it is told to answer. */
interface Holding {
  readonly started: Upstream;
  /** Those to whom a request has come that is not answered. */
  held(): string[];
  /** Answers all that is kept back, and from now on at once. */
  answer(): void;
}

let upstream: Holding;
beforeEach(async () => {
  const waiting: { id: string; response: ServerResponse }[] = [];
  let holds = true;
  const succeed = (response: ServerResponse, data?: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'success', data }));
  };
  const started = await startUpstream(({ method, path, rawBody }, response) => {
    if (path.endsWith('getInfo')) return succeed(response, { id: 1, name: 'Sunrise Coffee' });
    if (method === 'GET' || !holds) return succeed(response, method === 'GET' ? [] : undefined);
    waiting.push({ id: String(JSON.parse(rawBody || '{}').subscriber_id), response });
  });
  onTestFinished(() => started.close());
  upstream = {
    started,
    held: () => waiting.map(({ id }) => id),
    answer() {
      holds = false;
      for (const { response } of waiting.splice(0)) succeed(response);
    },
  };
});

const environment = (): Record<string, string> => ({
  MANYCHAT_API_KEY: '123456:0123456789abcdef0123456789abcdef',
  MANYCHAT_API_URL: upstream.started.url,
  MANYCHAT_MCP_LOG_LEVEL: 'silent',
});
const bulkHere = (path: string, options = hello, replaced: Parameters<typeof recordingShell>[1] = {}) => {
  const recording = recordingShell(environment(), replaced);
  const running = bulk(configOf(environment()), path, { json: true, ...options }, recording.shell);
  return { ...recording, running, counts: () => JSON.parse(recording.out.at(-1) ?? '') };
};
/** Until so many requests have come that are not answered. */
const held = (count: number) =>
  vi.waitFor(() => expect(upstream.held().length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 5 });
/** How many it said were under way. */
const underWay = (err: readonly string[]): number =>
  Number(/^stopping, (\d+) under way$/m.exec(err.join('\n'))?.[1] ?? 'none');
const arrived = (): number => upstream.started.arrived.filter(({ method }) => method === 'POST').length;
const journalOf = (path: string): string => readFileSync(`${path}.journal`, 'utf8');

describe('a bulk that is asked to end', () => {
  test('says at once how many are under way, sends no more, and waits for those', async () => {
    const path = write('contacts.csv', csv(contacts));
    const { running, err, end, counts } = bulkHere(path);
    await held(7);
    end();
    expect(err.at(-1)).toMatch(/^stopping, /);
    const left = underWay(err);
    expect(left).toBeGreaterThanOrEqual(7);
    upstream.answer();
    expect(await running).toBe(4);
    expect(arrived()).toBe(left);
    expect(counts()).toMatchObject({
      total: contacts,
      done: left,
      failed: 0,
      unknown: 0,
      not_reached: contacts - left,
    });
    expect(err.join('\n')).toMatch(/Stopped\. You ended it\.\nThe same command goes on with those not reached\./);

    const again = bulkHere(path);
    expect(await again.running).toBe(0);
    expect(again.counts()).toMatchObject({ done: contacts });
    const got = upstream.started.arrived.flatMap(({ method, rawBody }) => (method === 'POST' ? [rawBody] : []));
    expect(got.map((body) => String(JSON.parse(body).subscriber_id)).toSorted()).toEqual(followers(contacts));
  });

  test('says it on a line of its own where a line is redrawn', async () => {
    const { running, err, end } = bulkHere(write('contacts.csv', csv(contacts)), hello, { interactive: true });
    await held(1);
    end();
    const told = err.findIndex((line) => line.startsWith('stopping, '));
    expect(err.slice(told - 1, told + 2)).toEqual([
      '\r',
      `stopping, ${underWay(err)} under way`,
      expect.stringMatching(/^\[.*\r$/),
    ]);
    upstream.answer();
    await running;
  });

  test('gives up what may be repeated, which has its turn again', async () => {
    const path = write('contacts.csv', csv(contacts));
    const tag = { addTag: 'VIP' };
    const { running, err, end, counts } = bulkHere(path, tag);
    await held(5);
    end();
    expect(err.at(-1)).toBe('stopping, 0 under way');
    expect(await running).toBe(4);
    expect(counts()).toMatchObject({ done: 0, failed: 0, unknown: 0, not_reached: contacts });
    upstream.answer();
    const again = bulkHere(path, tag);
    expect(await again.running).toBe(0);
    expect(again.counts()).toMatchObject({ done: contacts });
  });

  test('with fields set and the flow not started, has nobody under way', async () => {
    const path = write('contacts.csv', csv(contacts));
    const flow = { sendFlow: 'content1', setFields: 'name' };
    const { running, err, end, counts } = bulkHere(path, flow);
    await held(5);
    end();
    expect(err.at(-1)).toBe('stopping, 0 under way');
    expect(await running).toBe(4);
    expect(counts()).toMatchObject({ failed: 0, unknown: 0, not_reached: contacts });
    // An intent would be that of the flow.
    expect(existsSync(`${path}.journal`)).toBe(false);
    upstream.answer();
    const again = bulkHere(path, flow);
    expect(await again.running).toBe(0);
    const started = upstream.started.arrived.filter((request) => request.path.endsWith('sendFlow'));
    expect(started).toHaveLength(contacts);
  });

  test('before it has begun, does not begin', async () => {
    const { running, err, end } = bulkHere(write('contacts.csv', csv(contacts)));
    end();
    expect(await running).toBe(4);
    expect(err).toEqual(['Stopped before anything was begun.']);
    expect(arrived()).toBe(0);
  });

  test('twice, ends at once: what is under way is unknown, and nothing else', async () => {
    const path = write('contacts.csv', csv(contacts));
    const { running, err, end, forceEnd } = bulkHere(path, hello, { interactive: true });
    await held(6);
    end();
    const left = underWay(err);
    expect(forceEnd()).toBe(3);
    expect(err.slice(-2)).toEqual([
      '\r',
      `Ended at once. ${left} under way, not waited for: unknown whether they arrived. The same command goes on with those not reached.`,
    ]);
    expect(existsSync(`${path}.journal.lock`)).toBe(false);
    // The process is gone by now: what this one goes on with must not count.
    const journal = journalOf(path);
    upstream.answer();
    await running;
    expect(journalOf(path)).toBe(journal);

    const again = bulkHere(path);
    expect(await again.running).toBe(3);
    expect(again.counts()).toMatchObject({ done: contacts - left, unknown: left, not_reached: 0 });
  });

  test('twice, with nothing under way', async () => {
    const { running, end, err, forceEnd } = bulkHere(write('contacts.csv', csv(contacts)), { addTag: 'VIP' });
    await held(1);
    end();
    expect(forceEnd()).toBe(4);
    expect(err.at(-1)).toBe('Ended at once. Nothing was under way. The same command goes on with those not reached.');
    await running;
  });
});

describe('call and connect', () => {
  const commandHere = (...args: string[]) => {
    const recording = recordingShell(environment());
    return { ...recording, running: runCommandLine(args, recording.shell) };
  };
  const send = ['call', 'send_text', '{"subscriber_id":"800000000001","text":"Hi"}'];

  test('wait for the answer to what has left, and say so', async () => {
    const { running, err, end } = commandHere(...send);
    await held(1);
    end();
    expect(err).toEqual(['stopping: the request has been sent, waiting for the response']);
    upstream.answer();
    expect(await running).toBe(0);
  });

  test('end by themselves where nothing has left', async () => {
    const { running, err, end } = commandHere(...send);
    end();
    expect(await running).toBe(1);
    expect(err).toEqual([expect.stringMatching(/^cancelled: [\s\S]*\(nothing was changed or sent\)$/)]);
    expect(arrived()).toBe(0);
  });

  test('end at once when they are asked twice', async () => {
    const sending = commandHere(...send);
    await held(1);
    sending.end();
    expect(sending.forceEnd()).toBe(3);
    expect(sending.err.at(-1)).toBe(
      'Ended at once. The request has been sent and may be carried out; its response is unknown.',
    );
    upstream.answer();
    await sending.running;
    expect(sending.forceEnd()).toBe(4);
    expect(sending.err.at(-1)).toBe('Ended at once.');
  });
});
