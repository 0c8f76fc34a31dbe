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

/** An upstream that holds back its responses to writes until `answer` is called. */
interface Holding {
  readonly started: Upstream;
  /** Ids of the contacts whose requests are unanswered. */
  held(): string[];
  /** Answers all held requests, and later ones at once. */
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
/** Waits until so many requests are unanswered. */
const held = (count: number) =>
  vi.waitFor(() => expect(upstream.held().length).toBeGreaterThanOrEqual(count), { timeout: 10_000, interval: 5 });
/** The number in flight that was reported. */
const reportedInFlight = (err: readonly string[]): number =>
  Number(/^stopping, (\d+) in flight$/m.exec(err.join('\n'))?.[1] ?? 'none');
const arrived = (): number => upstream.started.arrived.filter(({ method }) => method === 'POST').length;
const journalOf = (path: string): string => readFileSync(`${path}.journal`, 'utf8');

describe('a bulk that receives a signal', () => {
  test('reports how many are in flight, sends no more, and waits for their responses', async () => {
    const path = write('contacts.csv', csv(contacts));
    const { running, err, end, counts } = bulkHere(path);
    await held(7);
    end();
    expect(err.at(-1)).toMatch(/^stopping, /);
    const left = reportedInFlight(err);
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
    expect(err.join('\n')).toMatch(
      /Stopped\. You ended it\.\nThe same command continues with the contacts not reached\./,
    );

    const again = bulkHere(path);
    expect(await again.running).toBe(0);
    expect(again.counts()).toMatchObject({ done: contacts });
    const got = upstream.started.arrived.flatMap(({ method, rawBody }) => (method === 'POST' ? [rawBody] : []));
    expect(got.map((body) => String(JSON.parse(body).subscriber_id)).toSorted()).toEqual(followers(contacts));
  });

  test('reports it on a line of its own on a terminal', async () => {
    const { running, err, end } = bulkHere(write('contacts.csv', csv(contacts)), hello, { interactive: true });
    await held(1);
    end();
    const index = err.findIndex((line) => line.startsWith('stopping, '));
    expect(err.slice(index - 1, index + 2)).toEqual([
      '\r',
      `stopping, ${reportedInFlight(err)} in flight`,
      expect.stringMatching(/^\[.*\r$/),
    ]);
    upstream.answer();
    await running;
  });

  test('cancels requests that can be repeated; their contacts stay open', async () => {
    const path = write('contacts.csv', csv(contacts));
    const tag = { addTag: 'VIP' };
    const { running, err, end, counts } = bulkHere(path, tag);
    await held(5);
    end();
    expect(err.at(-1)).toBe('stopping, 0 in flight');
    expect(await running).toBe(4);
    expect(counts()).toMatchObject({ done: 0, failed: 0, unknown: 0, not_reached: contacts });
    upstream.answer();
    const again = bulkHere(path, tag);
    expect(await again.running).toBe(0);
    expect(again.counts()).toMatchObject({ done: contacts });
  });

  test('after setting fields and before starting the flow, has nothing in flight', async () => {
    const path = write('contacts.csv', csv(contacts));
    const flow = { sendFlow: 'content1', setFields: 'name' };
    const { running, err, end, counts } = bulkHere(path, flow);
    await held(5);
    end();
    expect(err.at(-1)).toBe('stopping, 0 in flight');
    expect(await running).toBe(4);
    expect(counts()).toMatchObject({ failed: 0, unknown: 0, not_reached: contacts });
    // Only the flow has an intent.
    expect(existsSync(`${path}.journal`)).toBe(false);
    upstream.answer();
    const again = bulkHere(path, flow);
    expect(await again.running).toBe(0);
    const started = upstream.started.arrived.filter((request) => request.path.endsWith('sendFlow'));
    expect(started).toHaveLength(contacts);
  });

  test('before the first request, makes none', async () => {
    const { running, err, end } = bulkHere(write('contacts.csv', csv(contacts)));
    end();
    expect(await running).toBe(4);
    expect(err).toEqual(['Stopped before anything was begun.']);
    expect(arrived()).toBe(0);
  });

  test('twice, ends at once, and only what is in flight becomes unknown', async () => {
    const path = write('contacts.csv', csv(contacts));
    const { running, err, end, forceEnd } = bulkHere(path, hello, { interactive: true });
    await held(6);
    end();
    const left = reportedInFlight(err);
    expect(forceEnd()).toBe(3);
    expect(err.slice(-2)).toEqual([
      '\r',
      `Ended at once. ${left} in flight without a response: unknown whether they arrived. The same command continues with the contacts not reached.`,
    ]);
    expect(existsSync(`${path}.journal.lock`)).toBe(false);
    // The real process would be gone by now: the rest of this run must not change the journal.
    const journal = journalOf(path);
    upstream.answer();
    await running;
    expect(journalOf(path)).toBe(journal);

    const again = bulkHere(path);
    expect(await again.running).toBe(3);
    expect(again.counts()).toMatchObject({ done: contacts - left, unknown: left, not_reached: 0 });
  });

  test('twice, with nothing in flight', async () => {
    const { running, end, err, forceEnd } = bulkHere(write('contacts.csv', csv(contacts)), { addTag: 'VIP' });
    await held(1);
    end();
    expect(forceEnd()).toBe(4);
    expect(err.at(-1)).toBe(
      'Ended at once. Nothing was in flight. The same command continues with the contacts not reached.',
    );
    await running;
  });
});

describe('call and connect', () => {
  const commandHere = (...args: string[]) => {
    const recording = recordingShell(environment());
    return { ...recording, running: runCommandLine(args, recording.shell) };
  };
  const send = ['call', 'send_text', '{"subscriber_id":"800000000001","text":"Hi"}'];

  test('wait for the response to a request that was sent, and say so', async () => {
    const { running, err, end } = commandHere(...send);
    await held(1);
    end();
    expect(err).toEqual(['stopping: the request has been sent, waiting for the response']);
    upstream.answer();
    expect(await running).toBe(0);
  });

  test('are cancelled if nothing was sent', async () => {
    const { running, err, end } = commandHere(...send);
    end();
    expect(await running).toBe(1);
    expect(err).toEqual([expect.stringMatching(/^cancelled: [\s\S]*\(nothing was changed or sent\)$/)]);
    expect(arrived()).toBe(0);
  });

  test('end at once at a second signal', async () => {
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
