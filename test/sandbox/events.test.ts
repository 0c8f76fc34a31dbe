import { expect, onTestFinished, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { ask } from '../support/asking.js';
import { listenTo } from '../support/events.js';
import { noon, useSandbox } from '../support/sandboxed.js';
import { servedWorld } from '../support/served-world.js';

const sandbox = useSandbox({ clock: noon, limits: false });
const maxStreams = 64;

test('a stream of events begins with the time of the sandbox, and says when to read everything again', async () => {
  const events = await listenTo(sandbox.url);
  expect(await events.next()).toEqual({ event: 'hello', data: { now: '2026-09-20T12:00:00.000Z' } });
  sandbox.reset();
  expect(await events.next()).toEqual({ event: 'change', data: { all: true } });
});

test('HEAD shows the headers of the stream, and a query is refused', async () => {
  const head = await ask(sandbox.url, { method: 'HEAD', path: '/sandbox/events' });
  expect([head.status, head.text]).toEqual([200, '']);
  expect(head.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringMatching(/; sandbox$/),
  });
  const { status, text } = await ask(sandbox.url, { path: '/sandbox/events?since=5' });
  expect([status, text]).toEqual([400, expect.stringContaining('unknown key \\"since\\"')]);
  expect((await ask(sandbox.url, { method: 'POST', path: '/sandbox/events' })).status).toBe(404);
});

test('the stream after the last that is possible is refused, until another one ends', async () => {
  const streams = await Promise.all(Array.from({ length: maxStreams }, () => listenTo(sandbox.url)));
  await Promise.all(streams.map((each) => each.next()));
  const refused = await ask(sandbox.url, { path: '/sandbox/events' });
  expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('64 clients already listen')]);
  const [first] = streams;
  first?.leave();
  // The sandbox sees that a client has left when its socket is closed, which the next requests may be before.
  const maxTries = 1_000;
  let status = 503;
  for (let tries = 0; status === 503 && tries < maxTries; tries += 1)
    ({ status } = await ask(sandbox.url, { method: 'HEAD', path: '/sandbox/events' }));
  expect(status).toBe(200);
});

test('a client that reads too slowly misses notices, and is told to read everything again', async () => {
  const { world, url } = await servedWorld();
  const [slow, other] = await Promise.all([listenTo(url), listenTo(url)]);
  await Promise.all([slow.next(), other.next()]);
  slow.pause();
  // More than the buffers of sockets hold: 60 MB, of which the other client reads every notice.
  const announced = 300;
  for (let count = 0; count < announced; count += 1) {
    for (let part = 0; part < 200; part += 1) world.changes.contact(`${count} ${part} ${'x'.repeat(1_000)}`);
    const { data } = (await other.next()) ?? {};
    expect(data?.contacts).toHaveLength(200);
  }
  slow.resume();
  let received = 0;
  for (;;) {
    const next = await slow.next();
    expect(next).toBeDefined();
    if (next === undefined || 'all' in next.data) break;
    received += 1;
  }
  expect(received).toBeLessThan(announced);
  world.changes.contact('77');
  expect((await slow.next())?.data).toEqual({ contacts: ['77'] });
});

test('streams end when the sandbox closes', async () => {
  const other = await startSandbox({ clock: noon });
  onTestFinished(() => other.close());
  const streams = await Promise.all([listenTo(other.url), listenTo(other.url)]);
  await other.close();
  for (const each of streams) {
    expect(await each.next()).toMatchObject({ event: 'hello' });
    expect(await each.next()).toBeUndefined();
  }
});
